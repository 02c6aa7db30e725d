/** Reads the links and headings of a Markdown file; whether a target exists is for the caller to ask. */

/** A link inside the project: the path as written (empty for the same file) and the anchor, if any. */
export type LocalLink = { readonly path: string; readonly anchor: string | undefined };

const FENCED_BLOCKS = /^(```|~~~)[\s\S]*?^\1/gm;
const CODE_SPANS = /`[^`\n]*`/g;

/** Links and images that lead to no other host, outside code. */
export function readLocalLinks(markdown: string): LocalLink[] {
  const prose = markdown.replaceAll(FENCED_BLOCKS, "").replaceAll(CODE_SPANS, "");
  return [...prose.matchAll(/\]\(([^)\s]+)(?:\s+"[^"]*")?\)/g)]
    .map(([, target = ""]) => target)
    .filter((target) => !/^[a-z]+:/i.test(target))
    .map((target) => {
      const [path = "", anchor] = target.split("#");
      return { path, anchor };
    });
}

/** The anchors that a page's headings make, by the rule that Git hosts share. */
export function readAnchors(markdown: string): Set<string> {
  const prose = markdown.replaceAll(FENCED_BLOCKS, "");
  return new Set(
    [...prose.matchAll(/^#{1,6}\s+(.+?)\s*$/gm)].map(([, heading = ""]) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
        .replaceAll(/\s/g, "-"),
    ),
  );
}
