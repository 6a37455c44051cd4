/** The icon of the pages, as SVG, in the colours that suit a light or a dark browser. */
export const FAVICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><style>.idle{fill:#dfe5eb}.down{fill:#2563c9}.up{fill:#d9730d}@media(prefers-color-scheme:dark){.idle{fill:#2a343e}.down{fill:#6ea8fe}.up{fill:#f59f4c}}</style><rect class="idle" width="32" height="32" rx="8"/><rect class="down" x="7" y="13" width="5" height="12" rx="1.5"/><rect class="up" x="13.5" y="18" width="5" height="7" rx="1.5"/><rect class="down" x="20" y="7" width="5" height="18" rx="1.5"/></svg>
`;
