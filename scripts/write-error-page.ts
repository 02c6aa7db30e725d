/** Writes docs/reference/errors.md from the error catalogue: `npm run docs`. */
import { writeFileSync } from "node:fs";
import { ERROR_CATALOGUE } from "#core/error-catalogue.ts";
import { ERROR_PAGE_PATH, renderErrorPage } from "./error-page.ts";

writeFileSync(new URL(`../${ERROR_PAGE_PATH}`, import.meta.url), renderErrorPage(ERROR_CATALOGUE));
console.log(`wrote ${ERROR_PAGE_PATH}`);
