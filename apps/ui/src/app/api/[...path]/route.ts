import { forwardToApi } from "../../../api/forward.ts";
import { readEnvironment } from "../../../environment.ts";

export const dynamic = "force-dynamic";

const forward = (request: Request) => forwardToApi(request, readEnvironment().internalApiUrl);

export { forward as DELETE, forward as GET, forward as HEAD, forward as PATCH, forward as POST, forward as PUT };
