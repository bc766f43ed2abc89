import { AppError } from "@aurora/kernel";
import { isSafeAddress } from "../html/inline.ts";
import { type InlineRun, type InlineStyle, lineBreak } from "../inline-runs.ts";
import {
  type Destination,
  destinations,
  type RtfCellEdge,
  type RtfContent,
  type RtfParagraph,
  type RtfRow,
  shownStars,
  skipped,
} from "./model.ts";
import { characters, charsetEncoding, codePageEncoding, decodeBytes, tokensOf } from "./tokens.ts";

interface State {
  destination: Destination;
  style: InlineStyle;
  isHidden: boolean;
  isDeleted: boolean;
  encoding: string;
  /** Characters that stand in for one `\u` (`\uc`). */
  fallback: number;
}

const maxGroups = 2_000;
const maxBlocks = 500_000;

/** Reads the whole file in one pass, without recursion. @throws AppError `document_too_complex`, `document_corrupt`. */
export function parseRtf(source: string): RtfContent {
  const blocks: (RtfParagraph | RtfRow)[] = [];
  const headers: string[] = [];
  const footers: string[] = [];
  const comments: string[] = [];
  const told: string[] = [];
  let [hidden, deleted, title] = ["", "", ""];
  const fonts = new Map<number, string>();
  const styles = new Map<number, { name: string; outline: number | null }>();
  let documentEncoding = "windows-1252";
  let fontNumber = 0;
  let styleNumber = 0;
  let styleName = "";
  let styleOutline: number | null = null;

  let state: State = {
    destination: "body",
    style: {},
    isHidden: false,
    isDeleted: false,
    encoding: documentEncoding,
    fallback: 1,
  };
  const open: { state: State; address: string | null; runs: InlineRun[]; instruction: string }[] = [];
  let runs: InlineRun[] = []; // of the destination being read
  let noteRuns: InlineRun[][] = [];
  let instruction = "";
  let address: string | null = null;
  let marker = "";
  let paragraph = { outline: null as number | null, style: 0, level: null as number | null, inTable: false };
  let cells: RtfParagraph[][] = [];
  let cell: RtfParagraph[] = [];
  let edges: RtfCellEdge[] = [];
  let merges: Pick<RtfCellEdge, "verticalMerge" | "horizontalMerge"> = { verticalMerge: null, horizontalMerge: null };
  let pending = ""; // bytes of a stretch, decoded together: a letter may take two
  let unicodeSkip = 0;
  let isIgnorable = false;
  let isGroupStart = false;

  const flush = () => {
    if (pending === "") return;
    const text = decodeBytes(pending, state.encoding);
    pending = "";
    addText(text);
  };
  function addText(text: string): void {
    const { destination } = state;
    if (destination === "skip") return;
    if (destination === "fonts") return;
    if (destination === "styles") styleName += text;
    else if (destination === "instruction") instruction += text;
    else if (destination === "title") title += text;
    else if (destination === "listtext") marker += text;
    else {
      told.push(text);
      if (state.isHidden) hidden += text;
      else if (state.isDeleted) deleted += text;
      else runs.push({ text, style: address === null ? state.style : { ...state.style, hyperlink: address } });
    }
  }
  const part = () => {
    told.push(" ");
    if (state.isHidden) hidden += " ";
    if (state.isDeleted) deleted += " ";
  };
  function endParagraph(): void {
    flush();
    part();
    if (state.destination !== "body") {
      runs.push({ text: lineBreak, style: {} });
      return;
    }
    const named = styles.get(paragraph.style);
    const made: RtfParagraph = {
      kind: "paragraph",
      runs,
      outline: paragraph.outline ?? named?.outline ?? null,
      isTitle: /^(?:title|titre)$/i.test(named?.name ?? ""),
      item:
        paragraph.level !== null || marker.trim() !== ""
          ? { level: paragraph.level ?? 0, marker: marker.trim() }
          : null,
      notes: noteRuns,
    };
    [runs, noteRuns, marker] = [[], [], ""];
    if (paragraph.inTable) cell.push(made);
    else blocks.push(made);
    if (blocks.length > maxBlocks) throw tooComplex(maxBlocks);
  }
  const endRow = () => {
    if (cell.length > 0) cells.push(cell);
    if (cells.length > 0) blocks.push({ kind: "row", cells, edges });
    [cells, cell] = [[], []];
  };

  for (const token of tokensOf(source)) {
    if (token.kind === "bytes") {
      isGroupStart = false;
      let { bytes } = token;
      if (unicodeSkip > 0) {
        const cut = Math.min(unicodeSkip, bytes.length);
        unicodeSkip -= cut;
        bytes = bytes.slice(cut);
      }
      if (state.destination !== "skip") pending += bytes;
      if (state.destination === "fonts") pending = "";
      continue;
    }
    if (token.kind === "open") {
      flush();
      if (open.length >= maxGroups) throw tooComplex(maxGroups);
      open.push({ state, address, runs, instruction });
      state = { ...state };
      isGroupStart = true;
      isIgnorable = false;
      unicodeSkip = 0;
      continue;
    }
    if (token.kind === "close") {
      flush();
      unicodeSkip = 0;
      const outer = open.pop();
      if (!outer) break; // what follows the document's own group is no part of it
      const was = state.destination;
      if (was === "styles" && outer.state.destination === "styles") {
        styles.set(styleNumber, {
          name: styleName.replace(/;.*$/, "").trim(),
          outline: styleOutline ?? outlineOf(styleName),
        });
        [styleName, styleOutline, styleNumber] = ["", null, 0];
      }
      if (was !== outer.state.destination) {
        if (was === "footnote") noteRuns.push(runs);
        if (was === "header") headers.push(textOf(runs));
        if (was === "footer") footers.push(textOf(runs));
        if (was === "comment") comments.push(textOf(runs));
        if (["footnote", "header", "footer", "comment"].includes(was)) {
          part();
          runs = outer.runs;
        }
        if (was === "instruction") address = linkOf(instruction) ?? address;
      }
      if (was !== "instruction" && outer.state.destination !== "instruction") address = outer.address;
      ({ state } = outer);
      continue;
    }
    if (token.kind === "word") control(token.name, token.value);
  }
  flush();
  if (open.length > 0 && blocks.length === 0 && runs.length === 0)
    throw new AppError("document_corrupt", "The file is damaged or incomplete.");
  if (runs.length > 0 || noteRuns.length > 0) endParagraph();
  endRow();
  return { blocks, headers, footers, comments, title: title.trim() || null, told: told.join(""), hidden, deleted };

  function control(name: string, value: number | null): void {
    const first = isGroupStart;
    isGroupStart = false;
    if (name === "*") {
      isIgnorable = true;
      isGroupStart = true;
      return;
    }
    if (first && isIgnorable && !shownStars.has(name)) {
      flush();
      state.destination = "skip";
      return;
    }
    if (state.destination === "skip") return;
    const destination = destinations[name];
    if (skipped.has(name) || destination || (name === "title" && first)) {
      flush();
      const next = skipped.has(name) ? "skip" : (destination ?? "title");
      if (["footnote", "header", "footer", "comment"].includes(next)) {
        runs = [];
        part();
      }
      if (next === "instruction") instruction = "";
      state.destination = next;
      return;
    }
    if (name === "u") {
      flush();
      const code = value === null ? 63 : value < 0 ? value + 65_536 : value;
      addText(String.fromCharCode(code & 0xffff));
      unicodeSkip = state.fallback;
      return;
    }
    const character = characters[name];
    if (character !== undefined) {
      flush();
      addText(character);
      return;
    }
    if (unicodeSkip > 0) unicodeSkip = 0;
    flush();
    if (state.destination === "fonts") fontControl(name, value);
    else if (state.destination === "styles") styleControl(name, value);
    else structure(name, value);
  }

  function fontControl(name: string, value: number | null): void {
    if (name === "f") fontNumber = value ?? 0;
    const encoding = name === "fcharset" ? charsetEncoding(value ?? 0) : null;
    if (encoding) fonts.set(fontNumber, encoding);
  }

  function styleControl(name: string, value: number | null): void {
    if (name === "s") styleNumber = value ?? 0;
    else if (name === "outlinelevel") styleOutline = value;
  }

  function structure(name: string, value: number | null): void {
    const isOn = value !== 0;
    switch (name) {
      case "par":
      case "sect":
      case "page":
      case "column":
        if (name === "par" || runs.length > 0) endParagraph();
        break;
      case "line":
      case "softline":
        part();
        runs.push({ text: lineBreak, style: state.style });
        break;
      case "tab":
        addText(" ");
        break;
      case "cell":
      case "nestcell":
        paragraph.inTable = true;
        endParagraph();
        if (name === "cell") {
          cells.push(cell);
          cell = [];
        }
        break;
      case "row":
        endRow();
        break;
      case "trowd":
        edges = [];
        break;
      case "clvmgf":
        merges = { ...merges, verticalMerge: "start" };
        break;
      case "clvmrg":
        merges = { ...merges, verticalMerge: "goesOn" };
        break;
      case "clmgf":
        merges = { ...merges, horizontalMerge: "start" };
        break;
      case "clmrg":
        merges = { ...merges, horizontalMerge: "goesOn" };
        break;
      case "cellx":
        if (edges.length < 1_000) edges.push({ right: value ?? 0, ...merges });
        merges = { verticalMerge: null, horizontalMerge: null };
        break;
      case "pard":
        paragraph = { outline: null, style: 0, level: null, inTable: false };
        break;
      case "intbl":
        paragraph.inTable = true;
        break;
      case "s":
        paragraph.style = value ?? 0;
        break;
      case "outlinelevel":
        paragraph.outline = value !== null && value >= 0 && value < 9 ? value : null;
        break;
      case "ilvl":
        paragraph.level = Math.max(0, Math.min(8, value ?? 0));
        break;
      case "ls":
        paragraph.level = value === 0 ? null : (paragraph.level ?? 0);
        break;
      case "ansicpg":
        documentEncoding = codePageEncoding(value ?? 1252);
        state.encoding = documentEncoding;
        for (const outer of open) outer.state.encoding = documentEncoding;
        break;
      case "mac":
        documentEncoding = state.encoding = "macintosh";
        break;
      case "f":
        state.encoding = fonts.get(value ?? 0) ?? documentEncoding;
        break;
      case "uc":
        state.fallback = value ?? 1;
        break;
      case "plain":
        Object.assign(state, { style: {}, isHidden: false, encoding: documentEncoding });
        break;
      case "v":
        state.isHidden = isOn;
        break;
      case "deleted":
        state.isDeleted = isOn;
        break;
      case "b":
        state.style = { ...state.style, bold: isOn };
        break;
      case "i":
        state.style = { ...state.style, italic: isOn };
        break;
      case "ul":
      case "uldb":
      case "ulw":
        state.style = { ...state.style, underline: isOn };
        break;
      case "ulnone":
        state.style = { ...state.style, underline: false };
        break;
      case "strike":
      case "striked":
        state.style = { ...state.style, strikethrough: isOn };
        break;
      case "super":
      case "sub":
      case "nosupersub": {
        const { script: _, ...rest } = state.style;
        state.style = name === "nosupersub" || !isOn ? rest : { ...rest, script: name };
        break;
      }
      default:
        break;
    }
  }
}

const tooComplex = (limit: number) =>
  new AppError("document_too_complex", "The document's structure is too large.", { params: { limit } });

const textOf = (runs: readonly InlineRun[]): string =>
  runs
    .map((run) => run.text)
    .join("")
    .replace(new RegExp(`\\s*${lineBreak}\\s*`, "g"), "\n")
    .trim();

/** Word's heading styles keep their English or French name. */
function outlineOf(name: string): number | null {
  const level = /^\s*(?:heading|titre)\s+([1-9])/i.exec(name)?.[1];
  return level === undefined ? null : Number(level) - 1;
}

function linkOf(instruction: string): string | null {
  const address = /HYPERLINK\s+(?:\\l\s+)?"([^"]*)"/i.exec(instruction)?.[1];
  return address !== undefined && isSafeAddress(address) ? address : null;
}
