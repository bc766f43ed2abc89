"use client";
import { CallerApp, Provider, page, SourceAppPage, User } from "@aurora/contracts";
import { z } from "zod";
import { useApi } from "../api/api-provider.tsx";
import { useResource } from "../api/use-resource.ts";

const CallerAppPage = page(CallerApp);
const UserPage = page(User);
const ProviderList = z.object({ items: z.array(Provider) });
const first = "limit=200";

/** Applications, corpora, people and providers to choose from in a form; empty until they are there. */
export function useChoices() {
  const api = useApi();
  const all = useResource("choices", async (signal) => {
    const [callerApps, sourceApps, users, providers] = await Promise.all([
      api.call(CallerAppPage, `/api/admin/caller-apps?${first}`, { signal }),
      api.call(SourceAppPage, `/api/admin/source-apps?${first}`, { signal }),
      api.call(UserPage, `/api/admin/users?${first}`, { signal }),
      api.call(ProviderList, "/api/admin/providers", { signal }),
    ]);
    return {
      callerApps: callerApps.items.filter((one) => one.is_active),
      sourceApps: sourceApps.items.filter((one) => one.is_active),
      users: users.items.filter((one) => one.is_active),
      providers: providers.items,
    };
  });
  return { ...(all.data ?? { callerApps: [], sourceApps: [], users: [], providers: [] }), error: all.error };
}
export type Choices = ReturnType<typeof useChoices>;
