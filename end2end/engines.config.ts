import { defineConfig } from '@playwright/test';
import base from './playwright.config';

/** Tells one story in Firefox and in WebKit: `make engines`. Playwright only runs it; engines/firefox.ts and engines/webkit.ts drive the browsers. */
export default defineConfig({ ...base, testDir: 'engines', workers: 1, timeout: 300_000 });
