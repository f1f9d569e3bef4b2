"""The addresses of a node's pages, one of each kind, without the language before them."""
import json
import sys
import urllib.request


def first(kind):
    with urllib.request.urlopen(f"{sys.argv[1]}/api/v1/{kind}?limit=3") as answer:
        return [item["id"] for item in json.load(answer)["items"]]


for path in ("/", "/agenda", "/agenda?vue=semaine", "/agenda?vue=mois", "/agenda?sans-date=1", "/agenda?q=introuvable&near=Lyon", "/agenda?near=Saint-Denis", "/agenda?chercher=atelier+Lyon", "/carte",
             "/carte?chercher=Lyon", "/ressources", "/hubs", "/hubs/lecteurs", "/bilan", "/aide", "/mentions-legales", "/accessibilite", "/embed/agenda", "/nulle-part", "/proposer", "/console/entree", "/proposer/suivi/rien"):
    print(path)
for event in first("events"):
    print(f"/evenements/{event}")
    print(f"/evenements/{event}/affiche")
for resource in first("resources"):
    print(f"/ressources/{resource}")
