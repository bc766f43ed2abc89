import { forwardToApi } from "../../../api/forward.ts";
import { readEnvironment } from "../../../environment.ts";
import { isOwnHost, misdirected } from "../../../server/hosts.ts";

export const dynamic = "force-dynamic";

function forward(request: Request): Promise<Response> | Response {
  const { hosts, internalApiUrl } = readEnvironment();
  return isOwnHost(request.headers, hosts) ? forwardToApi(request, internalApiUrl) : misdirected();
}

export { forward as DELETE, forward as GET, forward as HEAD, forward as PATCH, forward as POST, forward as PUT };
