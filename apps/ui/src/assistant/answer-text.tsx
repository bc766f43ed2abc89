"use client";
import type { Citation, Support } from "@aurora/contracts";
import type { Nodes } from "mdast";
import { useTranslations } from "next-intl";
import { createContext, type ReactNode, useContext, useMemo } from "react";
import { classes } from "../components/classes.ts";
import { parseAnswer, runsOf, safeLink } from "./answer-markdown.ts";
import styles from "./answer-text.module.css";

type Props = {
  answer: string;
  citations: readonly Citation[];
  support: readonly Support[];
  /** The marker whose source is open beside the answer. */
  openMarker: string | null;
  onCite: (citation: Citation) => void;
};
const AnswerContext = createContext<Props | null>(null);

/** An answer as React elements: a closed list of Markdown's nodes, everything else as the text it was. */
export function AnswerText(props: Props) {
  const root = useMemo(() => parseAnswer(props.answer), [props.answer]);
  return (
    <AnswerContext value={props}>
      <div className={styles.answer}>{children(root.children)}</div>
    </AnswerContext>
  );
}

const children = (nodes: readonly Nodes[]): ReactNode =>
  // biome-ignore lint/suspicious/noArrayIndexKey: a parsed text has no other identity
  nodes.map((node, index) => <Node key={index} node={node} />);

function Node({ node }: { node: Nodes }): ReactNode {
  switch (node.type) {
    case "text":
      return <Runs text={node.value} offset={plainOffset(node)} />;
    case "html":
      return node.value;
    case "paragraph":
      return <p>{children(node.children)}</p>;
    case "heading":
      return node.depth <= 2 ? <h3>{children(node.children)}</h3> : <h4>{children(node.children)}</h4>;
    case "strong":
      return <strong>{children(node.children)}</strong>;
    case "emphasis":
      return <em>{children(node.children)}</em>;
    case "inlineCode":
      return <code>{node.value}</code>;
    case "code":
      return (
        <pre>
          <code>{node.value}</code>
        </pre>
      );
    case "list":
      return node.ordered ? (
        <ol start={node.start ?? 1}>{children(node.children)}</ol>
      ) : (
        <ul>{children(node.children)}</ul>
      );
    case "listItem":
      return <li>{children(node.children)}</li>;
    case "blockquote":
      return <blockquote>{children(node.children)}</blockquote>;
    case "thematicBreak":
      return <hr />;
    case "break":
      return <br />;
    case "link": {
      const target = safeLink(node.url);
      if (!target) return children(node.children);
      return (
        <a href={target} target="_blank" rel="noopener noreferrer nofollow">
          {children(node.children)}
        </a>
      );
    }
    case "linkReference":
      return <Runs text={`[${node.label ?? node.identifier}]`} offset={null} />;
    case "image":
    case "imageReference":
      return node.alt ?? "";
    case "table":
      return (
        <div className={styles.table}>
          <table>
            <tbody>{children(node.children)}</tbody>
          </table>
        </div>
      );
    case "tableRow":
      return <tr>{children(node.children)}</tr>;
    case "tableCell":
      return <td>{children(node.children)}</td>;
    case "definition":
      return null;
    default:
      return "value" in node ? node.value : "children" in node ? children(node.children) : null;
  }
}

/** Where a text begins in the answer, when its characters are those of the source one to one. */
function plainOffset(node: Extract<Nodes, { type: "text" }>): number | null {
  const start = node.position?.start.offset;
  const end = node.position?.end.offset;
  return start !== undefined && end !== undefined && end - start === node.value.length ? start : null;
}

function Runs({ text, offset }: { text: string; offset: number | null }) {
  const t = useTranslations("assistant");
  const props = useContext(AnswerContext);
  if (!props) return text;
  return runsOf(text, offset, props.support).map((run, index) => {
    const citation = run.marker && props.citations.find(({ marker }) => marker === run.marker);
    if (citation)
      return (
        <button
          // biome-ignore lint/suspicious/noArrayIndexKey: a run has no other identity
          key={index}
          type="button"
          className={styles.chip}
          aria-label={t("openSource", { marker: digits(citation.marker), title: citation.title })}
          aria-expanded={props.openMarker === citation.marker}
          onClick={() => props.onCite(citation)}
        >
          {digits(citation.marker)}
        </button>
      );
    return run.level === "supported" ? (
      run.text
    ) : (
      <span
        // biome-ignore lint/suspicious/noArrayIndexKey: a run has no other identity
        key={index}
        className={classes(styles.doubt, run.level === "unsupported" && styles.unsupported)}
        title={t(`support.${run.level}`)}
      >
        {run.text}
      </span>
    );
  });
}

/** "[12]" → "12". */
export const digits = (marker: string): string => marker.replace(/\D/g, "");
