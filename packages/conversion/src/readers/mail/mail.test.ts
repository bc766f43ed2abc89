import { strToU8 } from "fflate";
import { describe, expect, it } from "vitest";
import { convertHere, docx, paragraph } from "../../contract/samples.ts";
import type { ConvertedDocument } from "../../port.ts";

const lines = (...text: readonly string[]): string => text.join("\r\n");
const mail = (bytes: string | Uint8Array, filename = "mail.eml"): Promise<ConvertedDocument> =>
  convertHere({ filename, bytes: typeof bytes === "string" ? strToU8(bytes) : bytes });
const textsOf = ({ document }: ConvertedDocument): string[] => document.texts.map((item) => item.text);
const base64 = (bytes: Uint8Array | string): string => Buffer.from(bytes).toString("base64");

const head = lines(
  "From: Alice Martin <alice@example.com>",
  "To: Bob Durand <bob@example.org>",
  "Subject: Compte rendu",
  "Date: Tue, 3 Mar 2026 09:15:00 +0100",
  "MIME-Version: 1.0",
);
const headTexts = [
  "Compte rendu",
  "From: Alice Martin <alice@example.com>",
  "To: Bob Durand <bob@example.org>",
  "Date: Tue, 3 Mar 2026 09:15:00 +0100",
];
/** A multipart message under the common head. */
function multipart(kind: string, ...parts: readonly string[]): string {
  const edge = `edge${parts.join("").length}`; // parts inside parts need another
  const body = parts.flatMap((part) => [`--${edge}`, part]);
  return lines(head, `Content-Type: multipart/${kind}; boundary="${edge}"`, "", ...body, `--${edge}--`, "");
}
const part = (type: string, body: string, ...headers: readonly string[]): string =>
  lines(`Content-Type: ${type}`, ...headers, "", body);
const attachment = (name: string, bytes: Uint8Array | string, type = "application/octet-stream"): string =>
  part(type, base64(bytes), "Content-Transfer-Encoding: base64", `Content-Disposition: attachment; filename="${name}"`);

describe("a mail gives subject, sender, recipients, date and body exactly", () => {
  it.each([
    [
      "of one plain part",
      lines(head, "", "Bonjour Bob,", "", "La réunion est reportée."),
      ["Bonjour Bob,", "La réunion est reportée."],
    ],
    [
      "in quoted-printable Latin-1",
      lines(
        head,
        "Content-Type: text/plain; charset=iso-8859-1",
        "Content-Transfer-Encoding: quoted-printable",
        "",
        "L'=E9t=E9 =E0 la mer, tr=E8s=",
        " long.",
      ),
      ["L'été à la mer, très long."],
    ],
    [
      "in base64 UTF-8",
      lines(
        head,
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: base64",
        "",
        base64("Une décision a été prise."),
      ),
      ["Une décision a été prise."],
    ],
    [
      "in Windows-1252 of eight bits",
      Uint8Array.from([
        ...Buffer.from(
          lines(head, "Content-Type: text/plain; charset=windows-1252", "Content-Transfer-Encoding: 8bit", "", ""),
        ),
        ...Buffer.from("Prix : 12 \x80 l'\x9cuvre", "latin1"),
      ]),
      ["Prix : 12 € l'œuvre"],
    ],
    [
      "of HTML alone",
      lines(
        head,
        "Content-Type: text/html; charset=utf-8",
        "",
        "<html><body><p>Premier point.</p><p>Second point.</p></body></html>",
      ),
      ["Premier point.", "Second point."],
    ],
    [
      "of two bodies that say the same, once",
      multipart(
        "alternative",
        part("text/plain; charset=utf-8", "Voici le plan: https://example.com/plan"),
        part("text/html; charset=utf-8", "<p>Voici le plan</p>"),
      ),
      ["Voici le plan"],
    ],
    [
      "of HTML without a word beside a plain text",
      multipart(
        "alternative",
        part("text/plain", "Only the plain text speaks."),
        part("text/html", "<img src='https://tracker.example/p.gif'>"),
      ),
      ["Only the plain text speaks."],
    ],
    [
      "in UTF-16 with its mark, as some programs save them",
      Uint8Array.from([0xff, 0xfe, ...Buffer.from(lines(head, "", "Écrit en UTF-16."), "utf16le")]),
      ["Écrit en UTF-16."],
    ],
    [
      "that answers another, quotation kept",
      lines(head, "", "D'accord.", "", "Le 2 mars, Bob a écrit :", "> Peux-tu venir ?", ">> Qui vient ?"),
      ["D'accord.", "Le 2 mars, Bob a écrit :", "Peux-tu venir ?", "Qui vient ?"],
    ],
  ])("%s", async (_, source, body) => {
    const result = await mail(source);
    expect(textsOf(result).filter((text) => !body.includes(text))).toEqual(headTexts);
    expect(textsOf(result).slice(headTexts.length)).toEqual(body);
    expect(result.title).toBe("Compte rendu");
    expect(result.conservation).toMatchObject({ missing: 0 });
    expect(result.warnings).toEqual([]);
  });

  it("with encoded words, copies, groups and folded lines", async () => {
    const result = await mail(
      lines(
        "From: =?utf-8?Q?Ren=C3=A9e_Lef=C3=A8vre?= <renee@example.fr>",
        'To: "Durand, Bob" <bob@example.org>,',
        " carol@example.org",
        "Cc: =?iso-8859-1?B?6WxpbmU=?= <eline@example.fr>",
        "Subject: =?utf-8?B?UsOpc3Vsdw==?= =?utf-8?B?w6l0YXRz?=",
        " du trimestre",
        "Date: Mon, 1 Jun 2026 12:00:00 GMT",
        "",
        "Texte.",
      ),
    );
    expect(textsOf(result)).toEqual([
      expect.stringMatching(/du trimestre$/),
      "From: Renée Lefèvre <renee@example.fr>",
      "To: Durand, Bob <bob@example.org>, carol@example.org",
      "Cc: éline <eline@example.fr>",
      "Date: Mon, 1 Jun 2026 12:00:00 GMT",
      "Texte.",
    ]);
  });

  it("without subject, date or recipients", async () => {
    const result = await mail(lines("From: a@example.com", "X-Mailer: none", "", "Just this line."));
    expect(textsOf(result)).toEqual(["From: a@example.com", "Just this line."]);
  });
});

describe("attachments", () => {
  it("are listed by name and read under it, each with its own headings below", async () => {
    const note = docx(paragraph("Annexe", '<w:pStyle w:val="Heading1"/>') + paragraph("Le détail du budget."));
    const result = await mail(
      multipart(
        "mixed",
        part("text/plain", "Ci-joint."),
        attachment("budget.docx", note),
        attachment("liste.csv", "nom,ville\nAnne,Lyon\n", "text/csv"),
      ),
    );
    expect(textsOf(result)).toContain("Attachments: budget.docx, liste.csv");
    const heads = result.document.texts.filter((item) => item.label === "section_header");
    expect(heads.map((item) => [item.text, item.level])).toContainEqual(["budget.docx", 1]);
    expect(textsOf(result)).toContain("Le détail du budget.");
    expect(result.document.tables[0]?.data.table_cells.map((cell) => cell.text)).toEqual([
      "nom",
      "ville",
      "Anne",
      "Lyon",
    ]);
    expect(result.conservation.missing).toBe(0);
    expect(result.warnings).toEqual([]);
  });

  it("of a kind no reader takes, or damaged, are named in a warning; the rest is read", async () => {
    const result = await mail(
      multipart(
        "mixed",
        part("text/plain", "Voir les fichiers."),
        attachment("outil.exe", Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0)),
        attachment("rapport.docx", docx(paragraph("x")).subarray(0, 100)),
        attachment("suite.txt", "La suite du texte."),
      ),
    );
    expect(result.warnings).toEqual([
      { code: "document_part_skipped", params: { name: "outil.exe", reason: "document_type_unsupported" } },
      { code: "document_part_failed", params: { name: "rapport.docx", reason: "document_corrupt" } },
    ]);
    expect(textsOf(result)).toContain("Attachments: outil.exe, rapport.docx, suite.txt");
    expect(textsOf(result)).toContain("La suite du texte.");
  });

  it("that are mails are read as mails", async () => {
    const inner = lines(
      "From: carol@example.org",
      "Subject: Le message transmis",
      "To: a@example.com",
      "",
      "Le fond de l'affaire.",
    );
    const result = await mail(
      multipart("mixed", part("text/plain", "Pour information."), part("message/rfc822", inner)),
    );
    expect(textsOf(result)).toContain("Le message transmis");
    expect(textsOf(result)).toContain("From: carol@example.org");
    expect(textsOf(result)).toContain("Le fond de l'affaire.");
  });

  it("that hold each other without end are read to a depth, the rest named", async () => {
    let inner = lines(head, "", "Au fond.");
    for (let depth = 0; depth < 8; depth++)
      inner = multipart("mixed", part("text/plain", `Niveau ${depth}.`), part("message/rfc822", inner));
    const result = await mail(inner);
    expect(textsOf(result)).toContain("Niveau 7.");
    expect(textsOf(result)).toContain("Niveau 4.");
    expect(textsOf(result)).not.toContain("Niveau 3.");
    expect(result.warnings).toEqual([
      { code: "document_part_failed", params: { name: expect.any(String), reason: "document_too_complex" } },
    ]);
  });
});

it("with more attachments than are read: the message and the first ones are, the others are counted", async () => {
  const count = 2_600;
  const attachments = Array.from({ length: count }, (_, index) => part("text/plain; name=a.txt", `Pièce ${index}.`));
  const result = await mail(multipart("mixed", part("text/plain", "Le message."), ...attachments));
  expect(textsOf(result)).toContain("Le message.");
  expect(textsOf(result)).toContain("Pièce 400.");
  const surplus = result.warnings.at(-1);
  expect(surplus?.params).toEqual({ name: expect.stringMatching(/^… \+\d+$/), reason: "document_too_complex" });
  const read = textsOf(result).filter((text) => text.startsWith("Pièce ")).length;
  expect(read + result.warnings.length - 1 + Number(String(surplus?.params.name).slice(3))).toBe(count);
});

it("a file named as mail that has no header is read as the text it is", async () => {
  const result = await mail("Just a letter, without any header at all.\n");
  expect(textsOf(result)).toEqual(["Just a letter, without any header at all."]);
});
