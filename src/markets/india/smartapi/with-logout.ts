/** Work that needs the vendor's session, with the logout that has to follow it. */
import type { SmartApiSession } from "./smartapi-session.ts";

/**
 * Does what needs the session and logs out at its end, however it ends. What broke the work is thrown rather
 * than what breaks the logout. @throws DISK_FULL from the logout
 */
export async function withLogout<T>(
  session: Pick<SmartApiSession, "logout">,
  work: () => Promise<T>,
): Promise<T> {
  let result: T;
  try {
    result = await work();
  } catch (cause) {
    await Promise.allSettled([session.logout()]);
    throw cause;
  }
  await session.logout();
  return result;
}
