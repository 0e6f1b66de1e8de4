export { Icscf, type IcscfOptions } from "./icscf.ts";
