/** Which day a feed is taken to be of, when snapshots of an earlier one come first. */
import { expect, test } from "vitest";
import { createFeedSession } from "./feed-session.ts";

const DAY_MS = 86_400_000;
/** 2026-05-19 09:15 IST. */
const OPEN_MS = Temporal.Instant.from("2026-05-19T03:45:00Z").epochMilliseconds;

/** A frame with nothing but its token, which is all that is looked at. */
function frameOf(token: string): Uint8Array {
  const frame = new Uint8Array(51);
  frame.set(new TextEncoder().encode(token), 2);
  return frame;
}

test("is sure when one token shows two times of a day", () => {
  const feed = createFeedSession();
  feed.observe(frameOf("1"), OPEN_MS, 0);
  expect(feed.date(0)).toBeUndefined();
  feed.observe(frameOf("1"), OPEN_MS + 1000, 1);
  expect(feed.date(1)).toBe("2026-05-19");
});

test("takes yesterday's snapshots for what they are", () => {
  const feed = createFeedSession();
  for (const token of ["1", "2", "3"]) feed.observe(frameOf(token), OPEN_MS - DAY_MS, 0);
  for (const token of ["1", "2"]) feed.observe(frameOf(token), OPEN_MS, 5);
  expect(feed.date(5)).toBeUndefined();
  feed.observe(frameOf("2"), OPEN_MS + 1000, 6);
  expect(feed.date(6)).toBe("2026-05-19");
});

test("believes the newest day of a feed that stays silent after single packets", () => {
  const feed = createFeedSession();
  feed.observe(frameOf("1"), OPEN_MS, 100);
  feed.observe(frameOf("2"), OPEN_MS - DAY_MS, 200);
  expect(feed.date(2099)).toBeUndefined();
  expect(feed.date(2100)).toBe("2026-05-19");
});

test("knows no day before the first packet", () => {
  expect(createFeedSession().date(1e9)).toBeUndefined();
});
