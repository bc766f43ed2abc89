import { attribute, type DomElement, type DomParent, find, findWhere, isElement, isUnseen, textLength } from "./dom.ts";

const fewestLinks = 5;
/** Share of the characters that stand in links from which a block is a menu. */
const menuLinkShare = 0.8;
const longestBanner = 2_000;
/** What must remain of the page, in characters and as a share, or nothing is taken away. */
const leastContent = { characters: 200, share: 0.1 };

const menuName =
  /(?:^|[\s_-])(?:nav|navbar|navigation|menu|sidebar|breadcrumbs?|pagination|pager|toolbar|share|social)(?:$|[\s_-])/i;
const bannerName = /cookie|consent|gdpr|rgpd|skip-?link|skiplink/i;
const roles = new Set(["navigation", "banner", "contentinfo", "search"]);

const isHeading = (element: DomElement): boolean => /^h[1-6]$/.test(element.tagName);

/**
 * The parts of a page that are not its content, by what the page itself says (elements and roles) and, outside its main
 * part, by names that go with mostly links. Cautious: whatever holds a heading stays, and where little would remain
 * nothing is taken away.
 */
export function boilerplateOf(body: DomElement): Set<DomElement> {
  const found = new Set<DomElement>();
  const visit = (parent: DomParent, inMain: boolean) => {
    for (const child of parent.childNodes) {
      if (!isElement(child) || isUnseen(child)) continue;
      const isMain = inMain || ["main", "article"].includes(child.tagName) || attribute(child, "role") === "main";
      if (isBoilerplate(child, isMain)) found.add(child);
      else visit(child, isMain);
    }
  };
  visit(body, false);
  const whole = textLength(body);
  const taken = [...found].reduce((sum, element) => sum + textLength(element), 0);
  const remains = whole - taken;
  return remains < leastContent.characters && remains < whole * leastContent.share ? new Set() : found;
}

function isBoilerplate(element: DomElement, inMain: boolean): boolean {
  const { tagName } = element;
  const name = `${attribute(element, "id") ?? ""} ${attribute(element, "class") ?? ""}`;
  if (bannerName.test(name) && textLength(element) <= longestBanner && !find(element, "h1")) return tagName !== "body";
  if (tagName === "nav") return true;
  // in the main part a table is content, whatever role its box is given
  if (attribute(element, "role") === "navigation") return !inMain || find(element, "table") === null;
  if (inMain) return false;
  const hasHeading = isHeading(element) || findWhere(element, isHeading) !== null;
  if (tagName === "footer" || attribute(element, "role") === "contentinfo") return true;
  if (tagName === "header" || roles.has(attribute(element, "role") ?? "")) return !hasHeading;
  const mayBeMenu = ["div", "ul", "ol", "section", "aside", "menu"].includes(tagName);
  return mayBeMenu && !hasHeading && (tagName === "aside" || menuName.test(name)) && isMostlyLinks(element);
}

function isMostlyLinks(element: DomElement): boolean {
  let links = 0;
  let characters = 0;
  const visit = (parent: DomParent) => {
    for (const child of parent.childNodes) {
      if (!isElement(child)) continue;
      if (child.tagName === "a") {
        links++;
        characters += textLength(child);
      } else visit(child);
    }
  };
  visit(element);
  return links >= fewestLinks && characters >= textLength(element) * menuLinkShare;
}

/** True for a page with a heading in its flow (not in a table): what stands before the first is then no content of it. */
export const hasFlowHeading = (body: DomParent): boolean =>
  body.childNodes.some(
    (child) =>
      isElement(child) && !isUnseen(child) && child.tagName !== "table" && (isHeading(child) || hasFlowHeading(child)),
  );

/** A paragraph that says something: never taken for the furniture in front of the first heading. */
export const isProse = (text: string, linkedCharacters: number): boolean =>
  text.length >= 80 && linkedCharacters < text.length / 2 && /[.!?…:](?:\s|["»”)]|$)/.test(text);
