/** What was asked: the parameters of `/query` as the vendor reads them, and their defaults. */

export type VendorQuery = {
  /** Upper case; empty when the parameter is missing. */
  readonly functionName: string;
  /** Empty when the parameter is missing. */
  readonly apiKey: string;
  readonly datatype: "json" | "csv";
  /** All parameters but `apikey`, names in lower case. */
  readonly params: ReadonlyMap<string, string>;
};

/** Functions that answer in CSV whatever was asked. */
export const CSV_ONLY_FUNCTIONS: readonly string[] = ["LISTING_STATUS"];

/** Reads the query of a URL. Of a repeated parameter the first counts. */
export function parseVendorQuery(search: URLSearchParams): VendorQuery {
  const params = new Map<string, string>();
  let apiKey = "";
  for (const [name, value] of search) {
    const key = name.toLowerCase();
    if (key === "apikey") apiKey ||= value;
    else if (!params.has(key)) params.set(key, value);
  }
  const functionName = (params.get("function") ?? "").toUpperCase();
  const asksCsv = params.get("datatype") === "csv" || CSV_ONLY_FUNCTIONS.includes(functionName);
  return { functionName, apiKey, datatype: asksCsv ? "csv" : "json", params };
}

/** A parameter's value, or what the vendor takes when it is missing or blank. */
export function paramOf(query: VendorQuery, name: string, whenMissing: string): string {
  const value = query.params.get(name);
  return value === undefined || value === "" ? whenMissing : value;
}
