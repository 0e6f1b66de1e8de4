export type { Profile, Subscriber, Waiver } from "./types.ts";
