import { defineConfig } from '@playwright/test';
import base from './playwright.config';

/** Takes the pictures of the documents: `make pictures`. */
export default defineConfig({ ...base, testDir: 'pictures', workers: 1, timeout: 240_000 });
