"use client";
import { useLocale } from "next-intl";
import { createContext, type ReactNode, useContext, useMemo } from "react";
import { signInPath } from "../session/return-path.ts";
import { type Api, createApi } from "./client.ts";

const ApiContext = createContext<Api | null>(null);

/** `baseUrl` "" = this page's own origin. */
export function ApiProvider({ baseUrl, children }: { baseUrl: string; children: ReactNode }) {
  const locale = useLocale();
  const api = useMemo(() => {
    // A session that ended (signed out elsewhere, expired, rights changed) leads back here after signing in again.
    const onSignedOut = () => {
      const { pathname, search } = window.location;
      if (!pathname.endsWith("/sign-in")) window.location.assign(signInPath(locale, `${pathname}${search}`));
    };
    return createApi({ baseUrl, locale, onSignedOut });
  }, [baseUrl, locale]);
  return <ApiContext value={api}>{children}</ApiContext>;
}

export function useApi(): Api {
  const api = useContext(ApiContext);
  if (!api) throw new Error("useApi outside of ApiProvider");
  return api;
}
