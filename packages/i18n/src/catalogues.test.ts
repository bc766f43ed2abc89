import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { errorStatus } from "@aurora/contracts";
import { IntlMessageFormat } from "intl-messageformat";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { catalogues } from "./catalogues.ts";
import { locales } from "./locales.ts";

const root = resolve(import.meta.dirname, "../../..");

function flatten(node: object, prefix = ""): Map<string, string> {
  const leaves = new Map<string, string>();
  for (const [key, value] of Object.entries(node)) {
    if (typeof value === "string") leaves.set(prefix + key, value);
    else for (const [path, text] of flatten(value, `${prefix}${key}.`)) leaves.set(path, text);
  }
  return leaves;
}
const messages = Object.fromEntries(locales.map((locale) => [locale, flatten(catalogues[locale])]));
const keys = [...flatten(catalogues.en).keys()];

/** Names of the arguments of an ICU message, plural and select branches included. */
function argumentsOf(text: string): string[] {
  const names = new Set<string>();
  const visit = (elements: ReturnType<IntlMessageFormat["getAst"]>): void => {
    for (const element of elements) {
      if ("value" in element && element.type !== 0) names.add(String(element.value));
      if ("options" in element) for (const option of Object.values(element.options)) visit(option.value);
      if ("children" in element) visit(element.children);
    }
  };
  visit(new IntlMessageFormat(text, "en").getAst());
  return [...names].sort();
}

describe.each(locales)("catalogue %s", (locale) => {
  it("has exactly the keys of the others", () => {
    expect([...(messages[locale]?.keys() ?? [])].sort()).toEqual([...keys].sort());
  });
  it("compiles every message, with the same arguments as in English", () => {
    for (const [key, text] of messages[locale] ?? []) {
      expect(() => new IntlMessageFormat(text, locale), key).not.toThrow();
      expect({ key, names: argumentsOf(text) }).toEqual({ key, names: argumentsOf(messages.en?.get(key) ?? "") });
    }
  });
  it("holds no ASCII apostrophe: ICU would swallow what follows", () => {
    expect([...(messages[locale] ?? [])].filter(([, text]) => text.includes("'")).map(([key]) => key)).toEqual([]);
  });
});

it("has a sentence for every error code and no other", () => {
  expect(Object.keys(catalogues.en.errors).sort()).toEqual(Object.keys(errorStatus).sort());
});

it("sets French punctuation with unbreakable spaces in the interface", () => {
  const faulty = [...(messages.fr ?? [])].filter(
    ([key, text]) => !key.startsWith("errors.") && /« | »| [;?!](?:\s|\}|$)/.test(text),
  );
  expect(faulty.map(([key]) => key)).toEqual([]);
});

describe("use in the source", () => {
  const { used, open } = usedKeys();
  it("leaves no key unused", () => {
    const isUsed = (key: string) =>
      used.has(key) || open.some((pattern) => pattern.test(key)) || key.startsWith("errors."); // chosen by code at run time
    expect(keys.filter((key) => !isUsed(key))).toEqual([]);
  });
  it("finds every key it names", () => {
    expect([...used].filter((key) => !keys.includes(key))).toEqual([]);
    expect(open.filter((pattern) => !keys.some((key) => pattern.test(key))).map(String)).toEqual([]);
  });
});

/**
 * Keys that the code names: `t("a.b")`, `t(`a.${x}`)` and `t(c ? "a" : "b")` where `t` comes from `useTranslations("ns")`,
 * `getTranslations("ns")`, `getTranslations({namespace})` or is a parameter typed by them, and `formatMessage(l, "ns.a")`.
 */
function usedKeys(): { used: Set<string>; open: RegExp[] } {
  const used = new Set<string>();
  const open: RegExp[] = [];
  for (const file of sourceFiles()) {
    const source = ts.createSourceFile(
      file,
      readFileSync(file, "utf8"),
      ts.ScriptTarget.Latest,
      true,
      ts.ScriptKind.TSX,
    );
    const namespaces = new Map<string, Set<string>>(); // of each variable, in the whole file
    const alias = new Map<string, string>();
    const remember = (name: string, namespace: string) =>
      namespaces.set(name, (namespaces.get(name) ?? new Set()).add(namespace));
    const namespaceIn = (text: string) => /(?:use|get)Translations\b[^"]*"(\w+)"/.exec(text)?.[1];
    const collect = (node: ts.Node): void => {
      if (ts.isTypeAliasDeclaration(node)) {
        const namespace = namespaceIn(node.type.getText());
        if (namespace) alias.set(node.name.text, namespace);
      }
      if (ts.isVariableDeclaration(node) && node.initializer && ts.isIdentifier(node.name)) {
        const call = ts.isAwaitExpression(node.initializer) ? node.initializer.expression : node.initializer;
        const namespace = ts.isCallExpression(call) && namespaceIn(call.getText());
        if (namespace && /^(?:use|get)Translations$/.test(call.expression.getText()))
          remember(node.name.text, namespace);
      }
      if (ts.isParameter(node) && node.type && ts.isIdentifier(node.name)) {
        const namespace = namespaceIn(node.type.getText()) ?? alias.get(node.type.getText());
        if (namespace) remember(node.name.text, namespace);
      }
      ts.forEachChild(node, collect);
    };
    const add = (argument: ts.Expression, prefix: string): void => {
      if (ts.isStringLiteralLike(argument)) used.add(prefix + argument.text);
      else if (ts.isConditionalExpression(argument)) {
        add(argument.whenTrue, prefix);
        add(argument.whenFalse, prefix);
      } else if (ts.isTemplateExpression(argument)) {
        const parts = [argument.head.text, ...argument.templateSpans.map((span) => span.literal.text)];
        const escaped = parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("[\\w]+");
        open.push(new RegExp(`^${prefix.replace(".", "\\.")}${escaped}$`));
      }
    };
    const calls = (node: ts.Node): void => {
      if (ts.isCallExpression(node)) {
        const [first, second] = node.arguments;
        const callee = ts.isIdentifier(node.expression) ? node.expression.text : "";
        if (first) for (const namespace of namespaces.get(callee) ?? []) add(first, `${namespace}.`);
        if (callee === "formatMessage" && second) add(second, "");
      }
      ts.forEachChild(node, calls);
    };
    collect(source);
    calls(source);
  }
  return { used, open };
}

function* sourceFiles(): Generator<string> {
  for (const top of ["apps", "packages"])
    for (const workspace of readdirSync(join(root, top)))
      for (const entry of listed(join(root, top, workspace, "src")))
        if (/\.tsx?$/.test(entry) && !/\.(?:test|contract|integration|browser)\.tsx?$/.test(entry)) yield entry;
}
function listed(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: "utf8" }).map((path) => join(folder, path));
  } catch {
    return [];
  }
}
