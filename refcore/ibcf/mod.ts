export { type Border, type BorderOptions, openBorder } from "./border.ts";
export type { Ibcf } from "./ibcf.ts";
export type { Partner } from "./partners.ts";
