import { signal } from '@preact/signals'

/** How many seeds this page has loaded: what is on the screen is asked anew after each. */
export const seedLoaded = signal(0)
