import { defineConfig } from '@playwright/test';
import base from './playwright.config';

/** Measures the page: `make bench-page`. One worker, so that measurements do not compete for the processor. */
export default defineConfig({ ...base, testDir: 'bench', workers: 1, timeout: 300_000 });
