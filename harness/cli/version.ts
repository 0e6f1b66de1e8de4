/** Told in results and captures. */
export const VERSION = "0.1.0";
