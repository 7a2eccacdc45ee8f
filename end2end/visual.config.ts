import { defineConfig } from '@playwright/test';
import base from './playwright.config';

/** Checks the layout of each state of the page on all screens: `make visual`. The pictures are in test-results/visual/pictures. */
export default defineConfig({ ...base, testDir: 'visual', outputDir: 'test-results/visual/output', timeout: 240_000 });
