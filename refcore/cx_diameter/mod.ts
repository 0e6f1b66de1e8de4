/** Cx over Diameter. */
export { DiameterCx, type DiameterCxOptions } from "./client.ts";
