/** Marks of the standings: drawn, so that they look the same everywhere, and of different shape, so that nobody needs colour. */
import { type Standing, STANDING_WORDS } from "../standing.ts";

const PATHS: Readonly<Record<Standing, string>> = {
  pass: "M3.5 8.5l3 3 6-7",
  fail: "M4 4l8 8M12 4l-8 8",
  stale: "M4 4l8 8M12 4l-8 8M2 14h12",
  error: "M9 2L4 9h4l-1 5 5-7H8z",
  warn: "M8 3v6.5M8 12.4v.9",
  inconclusive: "M5.3 5.6A2.7 2.7 0 1 1 8 8.3v1.6M8 12.6v.8",
  waived: "M2.5 9.5c2-3.5 3.7-3.5 5.5-1.5s3.5 2 5.5-1.5",
  notApplicable: "M3.5 8h9",
};

/** The drawings, once per document. */
export function IconSprite() {
  return (
    <svg width="0" height="0" class="sprite" aria-hidden="true">
      {Object.entries(PATHS).map(([name, path]) => (
        <symbol id={`i-${name}`} viewBox="0 0 16 16" key={name}>
          <path
            d={path}
            fill="none"
            stroke="currentColor"
            stroke-width="2"
            stroke-linecap="round"
            stroke-linejoin="round"
          />
        </symbol>
      ))}
    </svg>
  );
}

export function Icon({ of }: { of: Standing }) {
  return (
    <svg class="icon" aria-hidden="true">
      <use href={`#i-${of}`} />
    </svg>
  );
}

/** Mark and word in the colour of the standing. */
export function Badge({ of }: { of: Standing }) {
  return (
    <span class={`badge v-${of}`}>
      <Icon of={of} /> {STANDING_WORDS[of]}
    </span>
  );
}
