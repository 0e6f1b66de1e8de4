/** Authentication schemes side by side: Annex P of TS 33.203. */
import { suite } from "../../harness/runner/case.ts";
import { access } from "./access.ts";
import { constancy } from "./constancy.ts";
import { p3Table } from "./p3_table.ts";
import { p4Table } from "./p4_table.ts";
import { schemes } from "./schemes.ts";
import { sideBySide } from "./side_by_side.ts";
import { tls } from "./tls.ts";

export default suite("coexistence", "Co-existence of authentication schemes (TS 33.203 Annex P)", [
  ...schemes,
  ...tls,
  ...access,
  ...constancy,
  ...sideBySide,
  ...p3Table,
  ...p4Table,
], { lease: "any" });
