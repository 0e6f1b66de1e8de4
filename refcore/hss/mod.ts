export { type HssEnds, openHssEnds, serveHss } from "./ends.ts";
export { Hss, type HssOptions } from "./hss.ts";
