/**
 * The boundary table: what may import what, each rule with its reason. tests/architecture plants
 * violations of these rules and counts the modules that are read, so that the table cannot fall silent.
 */

/**
 * One row a stage, in the order of the data flow: which other folders of src it may import, and why
 * no more. Stages of later releases have their row already; an absent folder breaks no rule.
 */
const STAGES = [
  { folder: "core", may: [], why: "the kernel is pure and knows nothing above it" },
  {
    folder: "contracts",
    may: ["core"],
    why: "schemas are shared with the browser: core and zod only",
  },
  {
    folder: "platform",
    may: ["core", "contracts"],
    why: "the machine's edge serves every stage and so depends on none",
  },
  {
    folder: "ledger",
    may: ["core", "contracts", "platform"],
    why: "the audit chain must not depend on what it audits",
  },
  {
    folder: "lake",
    may: ["core", "contracts", "platform"],
    why: "storage knows rows and snapshots, not where they come from nor who judges them",
  },
  {
    folder: "ingestion",
    may: ["core", "contracts", "platform", "ledger"],
    why: "received bytes are kept before anything interprets them; what they become is curation's",
  },
  {
    folder: "truth",
    may: ["core", "contracts", "platform", "ledger", "lake"],
    why: "gates judge what lies in the lake; they neither fetch nor build it",
  },
  {
    folder: "curation",
    may: ["core", "contracts", "platform", "ledger", "lake", "ingestion", "truth"],
    why: "the build reads raw, asks the row rules of gate 1 and writes the lake, for any market",
  },
  {
    folder: "intelligence",
    may: ["core", "contracts"],
    why: "pure functions of an as-of view: nothing to look ahead with",
  },
  {
    folder: "evaluation",
    may: ["core", "contracts", "platform", "ledger", "lake", "truth", "intelligence"],
    why: "a tick observes and records; it cannot reach what acts on it",
  },
  {
    folder: "harness",
    may: ["core", "contracts", "platform", "ledger"],
    why: "it orchestrates state that others produced: no lake, no ingestion, no market",
  },
  {
    folder: "shadow",
    may: ["core", "contracts", "platform", "ledger", "truth", "intelligence", "harness"],
    why: "the sink at the end of every execution path; it fetches nothing",
  },
  {
    folder: "monitors",
    may: ["core", "contracts", "platform", "ledger"],
    why: "monitors suggest from a view handed to them and reach no business data",
  },
  {
    folder: "operator",
    may: ["core", "contracts", "platform", "ledger", "lake", "truth"],
    why: "checklists read the state of the house; they do not move it",
  },
  {
    folder: "api",
    may: ["core", "contracts", "platform", "ledger", "lake", "truth"],
    why: "the dashboard's server reads; nothing that changes state is in its reach",
  },
  {
    folder: "markets",
    may: ["core", "contracts", "platform", "ledger", "lake", "ingestion", "truth", "curation"],
    why: "a market wires shared stages to its vendor; the command line wires markets",
  },
];

/** Tests, and what they share (*.testing.ts): bound by their folder's row, but free in tools and IO. */
const TEST_FILES = "(\\.(test|testing|conformance)|/testing)\\.ts$";
/** Files that may do IO outside platform and cli: their name says so. */
const EDGE_FILES = "(-(store|client|server|log|lock)|/sandbox)\\.ts$";
/** Modules through which a process touches the world. */
const IO_MODULES =
  "^(node:)?(fs|fs/promises|sqlite|http|https|http2|net|tls|dgram|dns|dns/promises|child_process|worker_threads|cluster|readline|readline/promises|os|process|timers|timers/promises)$";
const IO_PACKAGES = "node_modules/(@duckdb|pino|ws|fastify|@fastify)/";
const PURE_FOLDERS = "^src/(core|contracts|intelligence)/";

const stageRules = STAGES.map(({ folder, may, why }) => ({
  name: `stage-${folder}`,
  comment: `src/${folder} may import ${may.length === 0 ? "nothing else" : may.join(", ")}: ${why}.`,
  severity: "error",
  from: { path: `^src/${folder}/` },
  to: { path: "^src/", pathNot: [folder, ...may].map((name) => `^src/${name}/`) },
}));

const marketRules = [
  {
    name: "market-separation",
    comment: "US and India are physically distinct: one market never imports another.",
    severity: "error",
    from: { path: "^src/markets/([^/]+)/" },
    to: { path: "^src/markets/", pathNot: "^src/markets/$1/" },
  },
  {
    name: "market-only-by-cli",
    comment: "Shared code receives a MarketDefinition; only the composition root names a market.",
    severity: "error",
    from: { path: "^src/", pathNot: "^src/(cli|markets)/" },
    to: { path: "^src/markets/" },
  },
  {
    name: "cli-is-the-top",
    comment: "The command line wires everything; nothing below it may lean on it.",
    severity: "error",
    from: { path: "^src/", pathNot: "^src/cli/" },
    to: { path: "^src/cli/" },
  },
];

const purityRules = [
  {
    name: "pure-no-node",
    comment: "core, contracts and intelligence run in a browser and do no IO: no module of Node.",
    severity: "error",
    from: { path: PURE_FOLDERS, pathNot: TEST_FILES },
    to: { dependencyTypes: ["core"] },
  },
  {
    name: "pure-no-packages",
    comment: "core, contracts and intelligence use no package but zod, and core not even that.",
    severity: "error",
    from: { path: PURE_FOLDERS, pathNot: TEST_FILES },
    to: { path: "node_modules/", pathNot: "node_modules/zod/" },
  },
  {
    name: "core-no-packages",
    comment: "core imports nothing at all.",
    severity: "error",
    from: { path: "^src/core/", pathNot: TEST_FILES },
    to: { path: "node_modules/" },
  },
  {
    name: "io-only-at-edges",
    comment:
      "Outside platform and cli, IO lives in *-store, *-client, *-server, *-log, *-lock files.",
    severity: "error",
    from: { path: "^src/", pathNot: [TEST_FILES, EDGE_FILES, "^src/(platform|cli)/"] },
    to: { path: [IO_MODULES, IO_PACKAGES], dependencyTypesNot: ["type-only"] },
  },
  {
    name: "gate-1-is-pure",
    comment:
      "The rules of gate 1 are functions of rows: core and the lake's row types, no file, no clock.",
    severity: "error",
    from: { path: "^src/truth/gate1/", pathNot: TEST_FILES },
    to: { pathNot: ["^src/core/", "^src/truth/gate1/", "^src/lake/(?!.*-store\\.ts$)"] },
  },
];

const executionRules = [
  {
    name: "evaluation-never-reaches-execution",
    comment: "Nothing that evaluation or intelligence can reach imports harness or shadow.",
    severity: "error",
    from: { path: "^src/(evaluation|intelligence)/" },
    to: { path: "^src/(harness|shadow)/", reachable: true },
  },
  {
    name: "harness-sees-no-data",
    comment: "The harness accesses no raw data and makes no market judgement.",
    severity: "error",
    from: { path: "^src/harness/" },
    to: { path: "^src/(lake|ingestion|markets|curation)/" },
  },
  {
    name: "no-broker-package",
    comment: "No client of a broker exists here: the product observes and never acts.",
    severity: "error",
    from: {},
    to: { path: "node_modules/(smartapi-javascript|kiteconnect|@alpacahq|ccxt|ib|@stoqey|upstox)" },
  },
];

const houseRules = [
  {
    name: "no-circular",
    comment: "A circle has no reading order and no bottom.",
    severity: "error",
    from: {},
    to: { circular: true },
  },
  {
    name: "no-unresolvable",
    comment: "An import that cannot be resolved is not checked by any other rule.",
    severity: "error",
    from: {},
    to: { couldNotResolve: true },
  },
  {
    name: "no-undeclared-package",
    comment: "A package that package.json does not name can vanish with any update.",
    severity: "error",
    from: {},
    to: { dependencyTypes: ["npm-no-pkg", "npm-unknown"] },
  },
  {
    name: "product-without-tools",
    comment: "The product runs without the development packages.",
    severity: "error",
    from: { path: "^src/", pathNot: TEST_FILES },
    to: {
      path: "node_modules/",
      dependencyTypes: ["npm-dev"],
      dependencyTypesNot: ["npm", "type-only"],
    },
  },
  {
    name: "product-without-checks",
    comment: "What ships does not depend on tests, benchmarks or scripts.",
    severity: "error",
    from: { path: "^(src|simulators)/", pathNot: TEST_FILES },
    to: { path: [`^(tests|bench|scripts)/`, TEST_FILES] },
  },
  {
    name: "simulators-only-by-demo",
    comment: "Only the demo, which the command line wires, and tests know a simulator.",
    severity: "error",
    from: { path: "^src/", pathNot: [TEST_FILES, "^src/cli/"] },
    to: { path: "^simulators/" },
  },
  {
    name: "simulators-stand-alone",
    comment: "A simulator that shared the product's parsers would share their mistakes.",
    severity: "error",
    from: { path: "^simulators/", pathNot: TEST_FILES },
    to: {
      path: "^src/",
      pathNot: ["^src/(core|contracts)/", "^src/markets/(us/nyse|india/nse)-facts\\.ts$"],
    },
  },
  {
    name: "across-folders-by-number-sign",
    comment:
      "Across top-level folders of src one imports #folder/file.ts, so that borders are visible.",
    severity: "error",
    from: { path: "^src/([^/]+)/" },
    to: { path: "^src/", pathNot: "^src/$1/", dependencyTypesNot: ["aliased-subpath-import"] },
  },
  {
    name: "internal-is-private",
    comment: "A folder named internal belongs to its parent.",
    severity: "error",
    from: { path: "^(.+)/[^/]+$" },
    to: { path: "/internal/", pathNot: "^$1/" },
  },
];

export default {
  forbidden: [...stageRules, ...marketRules, ...purityRules, ...executionRules, ...houseRules],
  options: {
    // Types cross borders too. Only this parser sees them without the compiler of TypeScript 6.
    tsPreCompilationDeps: true,
    parser: "swc",
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(coverage|workspace|demo-workspace)/" },
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default", "types"],
      extensions: [".ts", ".mjs", ".js", ".json"],
    },
    reporterOptions: { text: { highlightFocused: true } },
  },
};
