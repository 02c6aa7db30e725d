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
  feed.observe(frameOf("1"), OPEN_MS);
  expect(feed.date()).toBeUndefined();
  feed.observe(frameOf("1"), OPEN_MS + 1000);
  expect(feed.date()).toBe("2026-05-19");
});

test("takes yesterday's snapshots for what they are", () => {
  const feed = createFeedSession();
  for (const token of ["1", "2", "3"]) feed.observe(frameOf(token), OPEN_MS - DAY_MS);
  for (const token of ["1", "2"]) feed.observe(frameOf(token), OPEN_MS);
  expect(feed.date()).toBeUndefined();
  feed.observe(frameOf("2"), OPEN_MS + 1000);
  expect(feed.date()).toBe("2026-05-19");
});

test("knows the newest day of a feed that ends before anything is sure", () => {
  const feed = createFeedSession();
  feed.observe(frameOf("1"), OPEN_MS);
  feed.observe(frameOf("2"), OPEN_MS - DAY_MS);
  expect(feed.date()).toBeUndefined();
  expect(feed.newestDate()).toBe("2026-05-19");
});

test("knows no day before the first packet", () => {
  expect(createFeedSession().newestDate()).toBeUndefined();
});
