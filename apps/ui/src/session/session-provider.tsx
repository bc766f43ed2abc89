"use client";
import { useLocale } from "next-intl";
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";
import { type Api, ApiFailure, createApi } from "../api/client.ts";
import { useRouter } from "../i18n/routing.ts";
import { ShellSkeleton } from "../shell/shell-skeleton.tsx";
import { ForcedPasswordChange } from "./change-password.tsx";
import { loadSession, type Session } from "./load-session.ts";

const ApiContext = createContext<Api | null>(null);
const SessionContext = createContext<Session | null>(null);

export function ApiProvider({ baseUrl, children }: { baseUrl: string; children: ReactNode }) {
  const locale = useLocale();
  const api = useMemo(() => createApi({ baseUrl, locale }), [baseUrl, locale]);
  return <ApiContext value={api}>{children}</ApiContext>;
}

export function useApi(): Api {
  const api = useContext(ApiContext);
  if (!api) throw new Error("useApi outside of ApiProvider");
  return api;
}

/** Holds who is signed in. `initial` null = the server could not know: the browser asks, and leaves for sign-in on 401. */
export function SessionProvider({ initial, children }: { initial: Session | null; children: ReactNode }) {
  const api = useApi();
  const router = useRouter();
  const [session, setSession] = useState(initial);
  const [fault, setFault] = useState<unknown>(null);
  useEffect(() => {
    if (session) return;
    loadSession(api).then(setSession, (error: unknown) => {
      if (ApiFailure.is(error) && error.status === 401) router.replace("/sign-in");
      else setFault(error);
    });
  }, [api, router, session]);
  if (fault) throw fault;
  if (!session) return <ShellSkeleton />;
  if (session.user.must_change_password) return <ForcedPasswordChange />;
  return <SessionContext value={session}>{children}</SessionContext>;
}

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error("useSession outside of SessionProvider");
  return session;
}
