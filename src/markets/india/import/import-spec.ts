/** How an import is to be read, as its receipt keeps it: the same for the import, its preview and every build. */
import type { RawReceipt } from "#contracts/raw-receipt.ts";
import { must } from "#core/assert.ts";
import { IMPORT_FIELDS } from "./import-columns.ts";
import type { ImportSpec } from "./parse-import.ts";

/** The operator's words from a receipt of an import. */
export function importSpecOf(receipt: RawReceipt): ImportSpec {
  const said = must(receipt.import, `${receipt.id} is an import`);
  const columns = said.columns?.map((name) =>
    must(
      IMPORT_FIELDS.find((field) => field === name),
      `${receipt.id} names columns by their fields`,
    ),
  );
  return {
    fileName: said.fileName,
    interval: said.interval ?? "1d",
    label: said.label ?? "start",
    columns,
  };
}
