/** Cx of the core's HSS, over Diameter. */
export { CxServer, type CxServerOptions, type Served } from "./server.ts";
