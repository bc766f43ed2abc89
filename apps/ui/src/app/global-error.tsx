"use client";
import "../styles/tokens.css";
import "../styles/base.css";
import { AlonePage } from "../components/page-header.tsx";

/** The last net, when not even the layout could be shown: the language is not known here, so both are spoken. */
export default function GlobalError({ reset }: { error: Error; reset: () => void }) {
  return (
    <html lang="fr">
      <body>
        <title>Aurora Nexus</title>
        <AlonePage>
          <div>
            <h1>Cette page a cessé de fonctionner</h1>
            <p lang="en">This page stopped working.</p>
            <button type="button" onClick={reset}>
              Réessayer <span lang="en">· Try again</span>
            </button>
          </div>
        </AlonePage>
      </body>
    </html>
  );
}
