import { CreateVirtualKeyRequest } from "@aurora/contracts";
import { expect, it } from "vitest";
import { ApiFailure } from "../api/client.ts";
import { faultAt, faultsOf, faultsOfIssues } from "./field-faults.ts";

it("finds the fault of a field, or of what lies in it, and of no field whose name merely begins alike", () => {
  const failure = new ApiFailure(400, "invalid_input", null, null, [
    { pointer: "/limits/0/amount", code: "too_small" },
    { pointer: "/name", code: "taken" },
    { pointer: "/name", code: "too_small" },
    { pointer: "?cursor", code: "invalid_format" },
  ]);
  const faults = faultsOf(failure);
  expect(faultAt(faults, "limits")).toBe("too_small");
  expect(faultAt(faults, "name")).toBe("taken");
  expect(faultAt(faults, "lim")).toBeNull();
  expect(faultAt(faults, "cursor")).toBeNull();
  expect(faultsOf(new Error("x"))).toEqual({});
});

it("gives a refinement's own word for what a schema refused", () => {
  const twice = { metric: "requests", window: "day", amount: 1 };
  const refused = CreateVirtualKeyRequest.safeParse({ name: "", caller_app: "a", limits: [twice, twice] });
  const faults = faultsOfIssues(refused.error?.issues ?? []);
  expect(faultAt(faults, "name")).toBe("too_small");
  expect(faultAt(faults, "limits")).toBe("duplicate");
});
