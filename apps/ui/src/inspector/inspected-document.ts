import type { DocumentDetail } from "@aurora/contracts";
import type { z } from "zod";

export type InspectedDocument = z.infer<typeof DocumentDetail>;
