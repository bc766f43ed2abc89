import { describe, expect, it } from "vitest";
import { decide, decideVerified, readForCache, type Verifier } from "./decision.ts";

const judge = (a: string, b: string, lang: string, similarity = 0.9) =>
  decide(readForCache(a, lang), readForCache(b, lang), similarity, 0.2);

describe("decide", () => {
  it.each([
    ["fr", "Comment réinitialiser mon mot de passe ?", "Bonjour, comment puis-je réinitialiser mon mdp svp ?"],
    ["fr", "Qui contacter en cas de panne ?", "En cas de panne, qui dois-je appeler ?"],
    ["fr", "Combien coûte l’abonnement annuel ?", "Quel est le prix de l’abonnement annuel ?"],
    ["fr", "Mes données sont-elles chiffrées ?", "Est-ce que vous chiffrez les données ?"],
    ["fr", "Quel est le montant pour 1 500 € ?", "Quel est le montant pour 1500 euros ?"],
    ["en", "What is the procedure for password reset?", "How do I reset my password?"],
    ["en", "Could you tell me who approves expense reports?", "Who approves expense claims?"],
    ["en", "How long is the warranty?", "What is the duration of the warranty?"],
    ["en", "What happened on March 3, 2024?", "What happened on 3 March 2024?"],
  ])("takes for the same (%s): %s = %s", (lang, a, b) => {
    expect(judge(a, b, lang)).toMatchObject({ hit: true, reason: "same_meaning" });
    expect(judge(b, a, lang).hit).toBe(true);
  });

  it.each([
    ["fr", "negation", "Quels frais sont pris en charge ?", "Quels frais ne sont pas pris en charge ?"],
    ["fr", "number", "Que dit l’article 12 ?", "Que dit l’article 21 ?"],
    ["fr", "entity", "Comment contacter le bureau de Lyon ?", "Comment contacter le bureau de Lille ?"],
    ["fr", "content", "Comment activer le VPN ?", "Comment désactiver le VPN ?"],
    ["fr", "order", "Le vendeur indemnise-t-il l’acheteur ?", "L’acheteur indemnise-t-il le vendeur ?"],
    ["fr", "modality", "Dois-je fournir un justificatif ?", "Puis-je fournir un justificatif ?"],
    ["fr", "tense", "Où se trouve le siège ? Où est-il ?", "Où se trouve le siège ? Où était-il ?"],
    ["fr", "word_form", "Qui valide les factures ?", "Qui validera les factures ?"],
    ["fr", "quantifier", "Tous les sites ferment-ils ?", "Certains sites ferment-ils ?"],
    ["fr", "comparison", "Faut-il plus de 3 jours ?", "Faut-il moins de 3 jours ?"],
    ["fr", "possessor", "Où est mon bureau ?", "Où est votre bureau ?"],
    ["fr", "possessor", "Où est la poste ?", "Où est le poste ?"],
    ["fr", "question_kind", "Quand envoyer la facture ?", "Où envoyer la facture ?"],
    ["en", "number", "How do I migrate to version 3.1?", "How do I migrate to version 3.10?"],
    ["en", "direction", "How do I move a file from the archive?", "How do I move a file after the archive?"],
    ["en", "person", "Can I call you?", "Can you call me?"],
    ["en", "word_form", "Which customers paid?", "Which customers are paid?"],
    ["en", "entity", "Who is the IT manager?", "Who is the manager?"],
    ["en", "word_form", "Where is the book?", "Where is the booking?"],
    ["en", "frequency", "How many requests per day?", "How many requests per week?"],
    ["en", "preposition", "Is the report by the manager?", "Is the report for the manager?"],
    ["en", "direction", "Who do I report?", "Who do I report to?"],
  ])("tells apart (%s, %s): %s ≠ %s", (lang, reason, a, b) => {
    expect(judge(a, b, lang)).toMatchObject({ hit: false, reason });
    expect(judge(b, a, lang).hit).toBe(false);
  });

  it("misses across languages, in a language it does not compare, and far too long", () => {
    expect(judge("Comment payer ?", "How do I pay?", "fr").reason).toBe("language");
    expect(judge("Comment payer ?", "How do I pay?", "x").reason).toBe("language");
    expect(judge("¿Cómo pagar?", "¿Cómo pagar?", "es").reason).toBe("language");
    expect(judge("a ".repeat(400), "a ".repeat(400), "en").reason).toBe("too_long");
  });

  it("misses below the threshold, whatever the words", () => {
    expect(judge("How do I pay?", "How can I pay?", "en", 0.1).reason).toBe("similarity");
  });

  it("compares nothing with nothing", () => {
    expect(judge("?", "?", "en").hit).toBe(false);
    expect(judge("Comment ?", "Comment ?", "fr").hit).toBe(false);
  });
});

describe("decideVerified", () => {
  const verifier = (answer: boolean | Error): Verifier & { asked: number } => ({
    ...{ id: "test", threshold: 0.8, asked: 0 },
    async sameMeaning() {
      this.asked += 1;
      if (answer instanceof Error) throw answer;
      return answer;
    },
  });
  const ask = (a: string, b: string, similarity: number, by: Verifier) =>
    decideVerified(
      { a: readForCache(a, "en"), b: readForCache(b, "en"), similarity, threshold: 0.2 },
      by,
      new AbortController().signal,
    );
  const [a, b] = ["How do I cancel my booking?", "How do I cancel my stay?"];

  it("hears it where only words differ, and takes its failure for a miss", async () => {
    expect(await ask(a, b, 0.9, verifier(true))).toMatchObject({ hit: true, reason: "verified" });
    expect(await ask(a, b, 0.9, verifier(false))).toMatchObject({ hit: false, reason: "verifier_refused" });
    expect(await ask(a, b, 0.9, verifier(new Error("down")))).toMatchObject({ hit: false, reason: "verifier_failed" });
    expect(await ask(a, b, 0.7, verifier(true))).toMatchObject({ hit: false, reason: "content" });
  });

  it.each([
    ["a number", "What does clause 7 say?", "What does clause 8 say?"],
    ["a negation", "Which vendors are approved?", "Which vendors are not approved?"],
    ["a name", "How do I contact Boston?", "How do I contact Denver?"],
    ["who does what", "Does Paul replace Mary?", "Does Mary replace Paul?"],
    ["the kind of question", "Where do I pay?", "When do I pay?"],
  ])("does not ask about %s", async (_name, one, other) => {
    const yes = verifier(true);
    expect((await ask(one, other, 0.99, yes)).hit).toBe(false);
    expect(yes.asked).toBe(0);
  });
});
