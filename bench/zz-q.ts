import { DuckDBInstance } from "@duckdb/node-api";
import { readFileSync } from "node:fs";
const i = await DuckDBInstance.create(":memory:", {threads:"2"});
const c = await i.connect();
for (const sql of readFileSync(process.argv[2]??"","utf8").split(";\n").filter(x=>x.trim())) { const t=performance.now(); const r = await c.runAndReadAll(sql); console.log((performance.now()-t).toFixed(0)+"ms", sql.slice(0,60), JSON.stringify(r.getRowObjectsJson().slice(0,5))); }
console.log(process.resourceUsage().maxRSS/1024, performance.now());
