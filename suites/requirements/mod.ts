/** The catalogue of requirements, in the order of the documents, validated when it is loaded. */
import type { Requirement } from "../../harness/runner/events.ts";
import { loadCatalogue } from "./load.ts";
import accessSecurity from "./33.203-main.json" with { type: "json" };
import natDigestTls from "./33.203-mno.json" with { type: "json" };
import coexistence from "./33.203-px.json" with { type: "json" };
import mediaPlane from "./33.829.json" with { type: "json" };
import thirdParty from "./third-party.json" with { type: "json" };
import liaison from "./ls-2001.json" with { type: "json" };

export { CatalogueError, loadCatalogue } from "./load.ts";

/** Every requirement by its id. */
export const catalogue: ReadonlyMap<string, Requirement> = loadCatalogue({
  "33.203-main.json": accessSecurity,
  "33.203-mno.json": natDigestTls,
  "33.203-px.json": coexistence,
  "33.829.json": mediaPlane,
  "third-party.json": thirdParty,
  "ls-2001.json": liaison,
});
