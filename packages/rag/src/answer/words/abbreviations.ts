/** Words whose full stop ends no sentence, lower case, without the stop. Six languages together: they do not clash. */
export const abbreviations: ReadonlySet<string> = new Set(
  `m mm mme mmes mlle dr pr st ste art al cf ex p pp par chap fig tab vol éd env av apr adj tél réf sté bd no nos n° min max
   mr mrs ms prof sr jr vs e.g i.e eg ie approx dept est inc ltd co sec ch eq
   z.b d.h bzw usw ca nr str abs bd hr fr dipl ing
   sra sres dña ud uds pág págs núm aprox
   sig sigg dott prof.ssa ecc pag avv geom
   exmo exma dra n.º ex.ª`
    .split(/\s+/)
    .filter((word) => word !== ""),
);
