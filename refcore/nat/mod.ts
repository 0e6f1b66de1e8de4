export { NatBox, type NatOptions } from "./nat_box.ts";
