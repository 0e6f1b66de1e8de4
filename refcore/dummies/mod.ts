export { dummies, type Dummy, type DummyId } from "./dummies.ts";
export { type RunningDummy, startDummy } from "./start.ts";
