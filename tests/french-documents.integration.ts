import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { textInBoxes } from "../apps/nexus/src/demo/box-text.ts";
import { checkAnswer } from "../apps/nexus/src/demo/check-answer.ts";
import { createNexusClient, type NexusClient } from "../apps/nexus/src/demo/client.ts";
import { startProduct, type TestProduct } from "./support/start-product.ts";

const folder = resolve(import.meta.dirname, "..", process.env.NEXUS_FIXTURES_DIR ?? "../shared/data", "documents/fr");
const decision = "pdf.pdf";
const tutorial = "tuto-import.pdf";
const declaration = "domifa_declaration-d-accessibilite.pdf";

const questions: readonly (readonly [question: string, filename: string, page: number, words: readonly string[]])[] = [
  ["Qui est la cheffe du département Etalab ?", decision, 1, ["Marielle Chrisment"]],
  ["Quel est le plafond de signature des chefs de département ?", decision, 1, ["208 000"]],
  ["Qui dirige la mission Communication ?", decision, 1, ["Floriane Beaudron"]],
  ["Qui est chef du pôle Datamin ?", decision, 1, ["Ulrich Tan"]],
  ["Qui est la cheffe de la mission Budget et achats ?", decision, 2, ["Géraldine Taurand"]],
  ["Quelle décision est abrogée ?", decision, 2, ["17 janvier 2023", "abrogée"]],
  ["Quelle est l'adresse mail à contacter en cas de problème ?", tutorial, 1, ["contact.domifa"]],
  ["Que devient l'identifiant si la colonne ID est laissée vide ?", tutorial, 2, ["attribué automatiquement"]],
  ["Que signifie le motif LIEN_COMMUNE ?", tutorial, 3, ["Absence de lien avec la commune"]],
  ["Que signifie le statut REFUS ?", tutorial, 3, ["Demande refusée"]],
  ["À quel taux le site est-il conforme au RGAA ?", declaration, 1, ["32,73"]],
  ["Quelle société a réalisé l'audit de conformité ?", declaration, 1, ["Access42"]],
  ["Avec quel lecteur d'écran Firefox 93 a-t-il été testé ?", declaration, 2, ["NVDA"]],
  ["Quel lecteur d’écran a été utilisé avec Safari ?", declaration, 2, ["VoiceOver"]],
  ["À quelle date l’audit a-t-il été réalisé ?", declaration, 1, ["11/10/2021"]],
  ["À quelle adresse postale écrire au Défenseur des droits ?", declaration, 3, ["71120"]],
  ["Que signifie HORS_AGREMENT ?", tutorial, 3, ["En dehors des critères"]],
  ["Combien de caractères sont permis dans les commentaires ?", tutorial, 7, ["100 caractères"]],
  ["Jusqu’à quel montant les chefs de pôle peuvent-ils signer ?", decision, 1, ["40 000 €"]],
  ["Quel est le numéro de téléphone du Défenseur des droits ?", declaration, 3, ["09 69 39 00 00"]],
];

describe.skipIf(!existsSync(folder))(
  "questions on French administrative PDFs (skipped: no data where the fixtures are absent)",
  () => {
    let product: TestProduct;
    let client: NexusClient;
    const names = new Map<string, string>();

    beforeAll(async () => {
      product = await startProduct({ withUi: false });
      client = createNexusClient(product.apiUrl, product.adminApiKey);
      for (const name of [decision, tutorial, declaration])
        names.set(await client.ingest(name, readFileSync(join(folder, name))), name);
    }, 240_000);
    afterAll(() => product?.stop());

    it.each(questions)("%s", async (question, filename, page, words) => {
      const response = await client.query(question, "fr");
      const pdf = readFileSync(join(folder, filename));
      const faults = await checkAnswer(
        response,
        { filename, page, quote_contains: words },
        (id) => names.get(id) ?? id,
        (boxes) => textInBoxes(pdf, boxes),
      );
      expect(faults, JSON.stringify(response.citations.map(({ page_start, quote }) => [page_start, quote]))).toEqual(
        [],
      );
    });
  },
);
