import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { getLocale } from "next-intl/server";
import type { ReactNode } from "react";
import { ConversationProvider } from "../../../assistant/conversation-provider.tsx";
import { UploadsProvider } from "../../../documents/uploads-provider.tsx";
import { pagePathHeader, signInPath } from "../../../session/return-path.ts";
import { readSession } from "../../../session/server-session.ts";
import { SessionProvider } from "../../../session/session-provider.tsx";
import { Shell } from "../../../shell/shell.tsx";

export default async function SignedInLayout({ children }: { children: ReactNode }) {
  const session = await readSession();
  if (session === null) redirect(signInPath(await getLocale(), (await headers()).get(pagePathHeader)));
  return (
    <SessionProvider initial={session === "unknown" ? null : session}>
      <UploadsProvider>
        <ConversationProvider>
          <Shell>{children}</Shell>
        </ConversationProvider>
      </UploadsProvider>
    </SessionProvider>
  );
}
