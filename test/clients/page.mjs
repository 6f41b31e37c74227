// The pages of kam in Chromium: nothing is asked of anybody, nothing is said on
// the console, everything can be read and fits, tables sort, details open, pages
// print, screen readers are served (axe-core), and hostile names do nothing.
//
//	node page.mjs directory
//
// Looks at the pages *.html of the directory (test/clients/pages.sql) and writes
// screenshots (*.png) and printed pages (*.pdf) beside them.

import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';
import { execFileSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const require = createRequire(import.meta.url);
const axe = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const directory = process.argv[2];
const files = fs.readdirSync(directory).filter(file => file.endsWith('.html')).map(file => file.slice(0, -5)).sort();

// All that the pages are made of
const elements = new Set(`HTML HEAD META TITLE STYLE SCRIPT BODY HEADER NAV MAIN SECTION UL LI A P H1 H2 H3 H4 TABLE CAPTION THEAD TBODY TR TH TD
	DL DT DD DIV SPAN SMALL B BR FIGURE DETAILS SUMMARY BUTTON svg title desc style g rect path text tspan circle line`.split(/\s+/));
const attributes = new Set(`lang charset name content id class href scope style type open tabindex role data-v aria-label aria-sort aria-labelledby aria-hidden
	viewBox width height x y x1 y1 x2 y2 cx cy r rx d transform points fill stroke stroke-width dx dy`.split(/\s+/));

function check(name, got, want) {
	const ok = JSON.stringify(got) === JSON.stringify(want);
	console.log(`${ok ? 'ok' : 'not ok'} - page: ${name}${ok ? '' : `: got ${JSON.stringify(got).slice(0, 3000)}, expected ${JSON.stringify(want).slice(0, 500)}`}`);
}

// What sticks out of the page to the side, and which texts lie upon each other.
// Runs in the page.
function layout() {
	const width = document.documentElement.clientWidth;
	const wide = [];
	if (document.documentElement.scrollWidth > width) {
		wide.push(`page: ${document.documentElement.scrollWidth} in ${width}`);
	}
	const name = e => `${e.tagName.toLowerCase()}${e.getAttribute('class') ? '.' + e.getAttribute('class') : ''} "${(e.textContent ?? '').slice(0, 30)}"`;
	// What scrolls by itself may be wider.
	const scrolls = e => {
		for (; e && e !== document.body; e = e.parentElement) {
			if (['auto', 'scroll'].includes(getComputedStyle(e).overflowX)) {
				return true;
			}
		}
		return false;
	};
	for (const e of document.body.querySelectorAll('*')) {
		const r = e.getBoundingClientRect();
		if (r.width > 0 && (r.right > width + 0.5 || r.left < -0.5) && !scrolls(e.parentElement)) {
			wide.push(`${name(e)}: ${Math.round(r.left)} to ${Math.round(r.right)} in ${width}`);
		}
	}

	const boxes = [];
	const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	const range = document.createRange();
	while (walker.nextNode()) {
		const parent = walker.currentNode.parentElement;
		if (!walker.currentNode.data.trim() || ['STYLE', 'SCRIPT', 'title', 'desc', 'style'].includes(parent.tagName) || !parent.checkVisibility?.({ visibilityProperty: true })) {
			continue;
		}
		range.selectNodeContents(walker.currentNode);
		for (const r of range.getClientRects()) {
			// The box of a line is higher than its letters.
			const trim = r.height * 0.2;
			if (r.width > 1 && r.height > 1) {
				boxes.push({ left: r.left + 0.5, right: r.right - 0.5, top: r.top + trim, bottom: r.bottom - trim, node: walker.currentNode });
			}
		}
	}
	boxes.sort((a, b) => a.top - b.top);
	const over = [];
	for (let i = 0; i < boxes.length; i++) {
		for (let j = i + 1; j < boxes.length && boxes[j].top < boxes[i].bottom; j++) {
			const a = boxes[i], b = boxes[j];
			if (a.node !== b.node && a.left < b.right && b.left < a.right) {
				over.push(`"${a.node.data.slice(0, 30)}" and "${b.node.data.slice(0, 30)}" at ${Math.round(a.left)}, ${Math.round(a.top + scrollY)}`);
			}
		}
	}
	return { wide: wide.slice(0, 12), over: over.slice(0, 12) };
}

// What the pages are not made of, and what could act.  Runs in the page.
function markup([elements, attributes]) {
	const foreign = [];
	const acting = [];
	for (const e of document.querySelectorAll('*')) {
		if (!elements.includes(e.tagName)) {
			foreign.push(e.tagName);
		}
		for (const a of e.attributes) {
			if (!attributes.includes(a.name) && a.name !== 'xmlns') {
				foreign.push(`${e.tagName} ${a.name}`);
			}
			if (/^on/i.test(a.name) || (['href', 'src', 'action', 'xlink:href', 'data'].includes(a.name) && !a.value.startsWith('#')) || (a.name === 'style' && /url|import|expression/i.test(a.value))) {
				acting.push(`${e.tagName} ${a.name}=${a.value.slice(0, 50)}`);
			}
			// What refers to something of the page refers to what is there.
			if (a.name === 'href' && a.value.startsWith('#') && !document.getElementById(a.value.slice(1))) {
				acting.push(`${a.value} is nowhere`);
			}
		}
	}
	for (const style of document.querySelectorAll('style')) {
		if (/url\(|@import/i.test(style.textContent)) {
			acting.push('a style refers outside');
		}
	}
	const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
	return { foreign: [...new Set(foreign)], acting, scripts: document.scripts.length, doubles: ids.filter((id, i) => ids.indexOf(id) !== i) };
}

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
console.log(`# version: Chromium ${browser.version()}, playwright-core ${require('playwright-core/package.json').version}, axe-core ${require('axe-core/package.json').version}`);

// Opens a page and gathers whatever it does beside being shown.
async function open(file, options) {
	const context = await browser.newContext(options);
	const page = await context.newPage();
	const url = pathToFileURL(path.resolve(directory, `${file}.html`)).href;
	const noise = [];
	page.on('console', message => noise.push(`console: ${message.text()}`));
	page.on('pageerror', error => noise.push(`error: ${error}`));
	page.on('dialog', dialog => { noise.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
	page.on('request', request => request.url() === url || noise.push(`request: ${request.url().slice(0, 100)}`));
	page.on('framenavigated', frame => frame.url() === url || frame.url().startsWith(url + '#') || noise.push(`frame: ${frame.url().slice(0, 100)}`));
	page.on('popup', () => noise.push('popup'));
	page.on('download', () => noise.push('download'));
	await page.goto(url);
	return { context, page, noise };
}

for (const file of files) {
	const report = /^(demo|hostile)/.test(file);
	const mail = file.startsWith('mail');
	const text = fs.readFileSync(path.join(directory, `${file}.html`), 'utf8');
	check(`${file}: ASCII, below ${mail ? '100 kB' : '1 MB'}`, /^[\t\n\r\x20-\x7e]*$/.test(text) && text.length < (mail ? 100000 : 1000000), true);

	// The others differ in words only
	const views = ['demo-en', 'hostile'].includes(file) ? [[390, 'light'], [390, 'dark'], [1440, 'light'], [1440, 'dark']] : [[390, 'light'], [1440, 'dark']];
	for (const [width, colorScheme] of views) {
		const label = `${file} at ${width} ${colorScheme}`;
		const { context, page, noise } = await open(file, { viewport: { width, height: 900 }, colorScheme });
		const { wide, over } = await page.evaluate(layout);
		check(`${label}: nothing sticks out`, wide, []);
		check(`${label}: no text lies upon another`, over, []);
		await page.screenshot({ path: path.join(directory, `${file}-${width}-${colorScheme}.png`), fullPage: true });
		if (report) {
			await page.evaluate(() => document.querySelectorAll('details').forEach(d => { d.open = true; }));
			const opened = await page.evaluate(layout);
			check(`${label}: nothing sticks out with accounts open`, opened.wide, []);
			check(`${label}: no text lies upon another with accounts open`, opened.over, []);
		}
		await page.evaluate(axe);
		// A mail is a part of a page, without language and title.
		const violations = await page.evaluate(rules => axe.run({ rules, resultTypes: ['violations'] }).then(r => r.violations.map(v => `${v.id}: ${v.nodes.length} x ${v.nodes[0].html.slice(0, 200)} ${v.nodes[0].failureSummary.slice(0, 300)}`)),
			mail ? { 'document-title': { enabled: false }, 'html-has-lang': { enabled: false }, 'landmark-one-main': { enabled: false }, region: { enabled: false } } : {});
		check(`${label}: axe finds nothing`, violations, []);
		check(`${label}: asks nobody, says nothing`, noise, []);
		await context.close();
	}

	const { context, page, noise } = await open(file, { viewport: { width: 1440, height: 900 } });
	const { foreign, acting, scripts, doubles } = await page.evaluate(markup, [[...elements], [...attributes]]);
	check(`${file}: nothing refers outside, nothing acts`, acting, []);
	check(`${file}: made of what kam makes, nothing else`, foreign, []);
	check(`${file}: ids are unique`, doubles, []);
	if (report) {
		check(`${file}: one script`, scripts, 1);

		// Tables sort, both ways, by mouse and by key
		const faults = await page.evaluate(() => {
			const faults = [];
			let sorted = 0;
			for (const table of document.querySelectorAll('table')) {
				const buttons = [...table.tHead?.rows[0].querySelectorAll('button') ?? []];
				for (const button of buttons) {
					const head = button.closest('th');
					const rows = table.tBodies[0].rows;
					const before = [...rows].map(r => r.textContent).sort().join('|');
					for (let time = 0; time < 2; time++) {
						button.click();
						const direction = head.getAttribute('aria-sort');
						const values = [...rows].map(r => r.cells[head.cellIndex]).map(c => c.getAttribute('data-v') ?? c.textContent).filter(v => v !== '');
						const numeric = values.every(v => !isNaN(v));
						const mixed = !numeric && values.some(v => !isNaN(v));
						for (let i = 1; i < values.length && !mixed; i++) {
							const d = numeric ? values[i] - values[i - 1] : values[i].localeCompare(values[i - 1]);
							if (isNaN(d) || (direction === 'ascending' ? d < 0 : direction === 'descending' ? d > 0 : true)) {
								faults.push(`${table.caption?.textContent}, ${button.textContent}, ${direction}: ${values[i - 1]} before ${values[i]}`);
								break;
							}
						}
						sorted++;
					}
					if ([...rows].map(r => r.textContent).sort().join('|') !== before) {
						faults.push(`${table.caption?.textContent}: rows are lost`);
					}
				}
			}
			return sorted > 0 ? faults : ['no table can be sorted'];
		});
		check(`${file}: tables sort`, faults, []);
		const button = page.locator('th button').first();
		await button.focus();
		const before = await button.evaluate(b => b.closest('th').getAttribute('aria-sort'));
		await page.keyboard.press('Enter');
		check(`${file}: and by key`, await button.evaluate(b => b.closest('th').getAttribute('aria-sort')) !== before, true);

		// Details are closed, open by a click, and by what links to them
		const count = await page.locator('details').count();
		check(`${file}: accounts are closed`, await page.locator('details[open]').count(), 0);
		if (count > 0) {
			await page.locator('details summary').first().click();
			check(`${file}: an account opens`, await page.locator('details[open]').count(), 1);
			const link = page.locator('a[href^="#a"]', { hasText: /./ }).and(page.locator('td a, th a')).last();
			await link.click();
			const target = (await link.getAttribute('href')).slice(1);
			await page.waitForTimeout(100);
			check(`${file}: a link opens its account`, await page.evaluate(id => {
				const e = document.getElementById(id), r = e.getBoundingClientRect();
				return e.open && r.top >= -1 && r.top < innerHeight;
			}, target), true);
		}
		// Whatever a reader may touch
		await page.evaluate(() => { for (const e of document.querySelectorAll('a, button, summary')) { e.focus(); e.dispatchEvent(new MouseEvent('mouseover', { bubbles: true })); e.click(); } });
	}
	await page.waitForTimeout(100);
	check(`${file}: asks nobody and says nothing when used`, noise, []);
	await context.close();

	// Without script all is there and open
	const plain = await open(file, { viewport: { width: 390, height: 900 }, javaScriptEnabled: false });
	if (report) {
		check(`${file} without script: accounts are open`, await plain.page.locator('details:not([open])').count(), 0);
		check(`${file} without script: no buttons without effect`, await plain.page.locator('button').count(), 0);
	}
	const shown = await plain.page.evaluate(layout);
	check(`${file} without script: nothing sticks out`, shown.wide, []);
	check(`${file} without script: no text lies upon another`, shown.over, []);
	await plain.context.close();

	// On paper
	if (!mail) {
		const print = await open(file, { viewport: { width: 703, height: 1000 } });
		await print.page.emulateMedia({ media: 'print' });
		await print.page.evaluate(() => dispatchEvent(new Event('beforeprint')));
		const paper = await print.page.evaluate(layout);
		check(`${file} on paper: nothing sticks out`, paper.wide, []);
		check(`${file} on paper: no text lies upon another`, paper.over, []);
		const pdf = path.join(directory, `${file}.pdf`);
		await print.page.pdf({ path: pdf, preferCSSPageSize: true });
		if (report) {
			const info = execFileSync('pdfinfo', [pdf], { encoding: 'utf8' });
			check(`${file} on paper: A4`, /Page size: +59[45]\.\d+ x 84[12]\.\d+ pts \(A4\)/.test(info), true);
			const words = execFileSync('pdftotext', ['-layout', pdf, '-'], { encoding: 'utf8' });
			const titles = await print.page.evaluate(() => [...document.querySelectorAll('h2, summary h3')].filter(e => e.textContent.length < 40 && /^[\w ,]+$/.test(e.textContent)).map(e => e.textContent));
			check(`${file} on paper: all sections and accounts`, titles.filter(t => !words.includes(t)), []);
		}
		check(`${file} on paper: asks nobody, says nothing`, print.noise, []);
		await print.context.close();
	}
}
await browser.close();
