/**
 * Finds code that could reach a broker's order endpoint: its URLs, its methods, and the names of the
 * components that would call it. Comments may speak of them; code may not hold them at all.
 */

/** What is forbidden, and how it is recognised in a line of code. */
const FORBIDDEN = [
  {
    what: "a path of an order endpoint",
    pattern: /["'`/][\w.:/-]*\/(?:gtt|orders?|positions?)\/v\d/i,
  },
  { what: "a URL that ends in orders", pattern: /https?:\/\/[^\s"'`]*\/orders?\b/i },
  {
    what: "a method that places or changes an order",
    pattern: /\b(?:place|modify|cancel|submit|create|send|route)_?(?:gtt_?)?orders?\b/i,
  },
  {
    what: "a component that trades",
    pattern:
      /\b(?:OrderManager|OrderClient|OrderRouter|BrokerClient|StrategyRunner|CapitalState)\b/,
  },
  {
    what: "an order parameter of a broker",
    pattern: /\b(?:transactiontype|producttype|squareoff|orderid)\b/i,
  },
] as const;

export type OrderFinding = { readonly line: number; readonly what: string };

/** Each line of `source` that holds code of the kind described above. */
export function findOrderEndpoints(source: string): OrderFinding[] {
  const lines = withoutComments(source).split("\n");
  return lines.flatMap((text, index) =>
    FORBIDDEN.filter(({ pattern }) => pattern.test(text)).map(({ what }) => ({
      line: index + 1,
      what,
    })),
  );
}

/** Blanks comments and keeps line numbers. A `//` after a colon is part of a URL. */
function withoutComments(source: string): string {
  return source
    .replaceAll(/\/\*[\s\S]*?\*\//g, (comment) => comment.replaceAll(/[^\n]/g, " "))
    .replaceAll(/(^|[^:"'`])\/\/.*$/gm, "$1");
}
