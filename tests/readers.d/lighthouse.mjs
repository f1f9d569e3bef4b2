// Lighthouse on the pages that readers come to first: at least 95 in each category, as on a slow phone, and something to read within 1.5 s.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const [address, event, folder] = process.argv.slice(2);
const LEAST = 0.95;
const SLOWEST = 1500;
let code = 0;
for (const [name, path] of [['home', '/'], ['agenda', '/agenda'], ['event', `/evenements/${event}`]]) {
  const report = `${folder}/lighthouse-${name}.json`;
  execFileSync('npx', ['lighthouse', address + path, '--quiet', '--output=json', `--output-path=${report}`, '--chrome-flags=--headless=new --no-sandbox'], { stdio: ['ignore', 'ignore', 'inherit'] });
  const { categories, audits } = JSON.parse(readFileSync(report, 'utf8'));
  const scores = Object.entries(categories).map(([id, { score }]) => [id, score]);
  const content = audits['first-contentful-paint'].numericValue;
  console.log(`${path.padEnd(12).slice(0, 12)} ${scores.map(([id, score]) => `${id} ${Math.round(score * 100)}`).join(', ')}, first content ${Math.round(content)} ms`);
  for (const [id, score] of scores.filter(([, score]) => score < LEAST)) {
    code = 1;
    console.error(`${path}: ${id} ${score}`);
    for (const { id: audit } of categories[id].auditRefs.filter((r) => audits[r.id].score !== null && audits[r.id].score < 1 && r.weight > 0)) console.error(`  ${audit}: ${audits[audit].title} ${audits[audit].displayValue ?? ''}`);
  }
  if (content > SLOWEST) {
    code = 1;
    console.error(`${path}: first content after ${Math.round(content)} ms`);
  }
}
process.exit(code);
