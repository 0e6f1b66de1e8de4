export { Hss, type HssOptions } from "./hss.ts";
