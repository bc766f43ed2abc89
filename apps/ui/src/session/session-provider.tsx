"use client";
import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import { useApi } from "../api/api-provider.tsx";
import { ApiFailure } from "../api/client.ts";
import { FailureMessage } from "../components/failure-message.tsx";
import { AlonePage } from "../components/page-header.tsx";
import { ShellSkeleton } from "../shell/shell-skeleton.tsx";
import { ForcedPasswordChange } from "./change-password.tsx";
import { loadSession, type Session } from "./load-session.ts";

const SessionContext = createContext<Session | null>(null);

/** Holds who is signed in. `initial` null = the server could not know: the browser asks, and leaves for sign-in on 401. */
export function SessionProvider({ initial, children }: { initial: Session | null; children: ReactNode }) {
  const api = useApi();
  const [session, setSession] = useState(initial);
  const [fault, setFault] = useState<unknown>(null);
  useEffect(() => {
    if (session || fault) return;
    // A 401 has already sent the browser to sign-in.
    loadSession(api).then(setSession, (error: unknown) => {
      if (!ApiFailure.is(error) || error.status !== 401) setFault(error);
    });
  }, [api, session, fault]);
  if (fault)
    return (
      <AlonePage>
        <FailureMessage error={fault} onRetry={() => setFault(null)} />
      </AlonePage>
    );
  if (!session) return <ShellSkeleton />;
  if (session.user.must_change_password) return <ForcedPasswordChange />;
  return <SessionContext value={session}>{children}</SessionContext>;
}

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error("useSession outside of SessionProvider");
  return session;
}
