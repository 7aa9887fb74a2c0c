# ruff: noqa: E501
"""Clinical studies against a data dictionary of enumerated values: invented, shaped like the public
ones (many targets, names that share words, values as lists of permitted ones)."""

import random
from collections.abc import Iterator, Mapping, Sequence

from bench.matching.sets import Labelled, labelled

_YES = ("yes", "no", "unknown", "not reported")
_T = ("T0", "T1", "T1a", "T1b", "T2", "T2a", "T3", "T3a", "T4", "TX")
_N = ("N0", "N1", "N1a", "N2", "N2b", "N3", "NX")
_M = ("M0", "M1", "M1a", "M1b", "MX")
_STAGE = (
    "Stage I",
    "Stage IA",
    "Stage IB",
    "Stage II",
    "Stage IIA",
    "Stage III",
    "Stage IIIC",
    "Stage IV",
)
_SITES = (
    "Colon, NOS",
    "Breast, NOS",
    "Kidney, NOS",
    "Liver",
    "Pancreas, NOS",
    "Endometrium",
    "Ovary",
    "Brain, NOS",
    "Upper lobe, lung",
)
_DX = (
    "Adenocarcinoma, NOS",
    "Infiltrating duct carcinoma, NOS",
    "Glioblastoma",
    "Endometrioid adenocarcinoma, NOS",
    "Serous cystadenocarcinoma, NOS",
    "Renal cell carcinoma, NOS",
)
_RACES = (
    "white",
    "asian",
    "black or african american",
    "american indian or alaska native",
    "other",
    "unknown",
    "not reported",
)
_GRADES = ("G1", "G2", "G3", "G4", "GX", "GB", "High Grade", "Low Grade")
_DAYS = tuple(str(n) for n in (12, 340, 901, 1200, 455, 77, 2044, 1633))
_AGES = tuple(str(n) for n in (18250, 21900, 25550, 20075, 27400, 23725))
DICTIONARY: Mapping[str, Sequence[str]] = {
    "age_at_diagnosis": _AGES, "age_at_index": ("45", "61", "70", "58", "49"), "days_to_birth": tuple(f"-{n}" for n in _AGES),
    "days_to_death": _DAYS, "days_to_last_follow_up": _DAYS, "days_to_diagnosis": ("0", "10", "33"), "days_to_recurrence": _DAYS,
    "year_of_birth": ("1945", "1952", "1961", "1938"), "year_of_death": ("2012", "2015", "2018"), "year_of_diagnosis": ("2009", "2011", "2014"),
    "gender": ("female", "male", "unknown", "unspecified", "not reported"), "race": _RACES,
    "ethnicity": ("hispanic or latino", "not hispanic or latino", "Unknown", "not reported"), "vital_status": ("Alive", "Dead", "Unknown", "Not Reported"),
    "cause_of_death": ("Cancer Related", "Cardiovascular Disorder, NOS", "Infection", "Not Cancer Related"), "country_of_residence_at_enrollment": ("Poland", "Ukraine", "United States", "China"),
    "occupation_duration_years": ("3", "12", "25"), "premature_at_birth": _YES, "weeks_gestation_at_birth": ("36", "40"),
    "primary_diagnosis": _DX, "morphology": ("8140/3", "8500/3", "9440/3", "8380/3", "8441/3"), "tissue_or_organ_of_origin": _SITES, "site_of_resection_or_biopsy": _SITES,
    "icd_10_code": ("C18.9", "C50.9", "C64.9", "C56.9", "C54.1"), "tumor_grade": _GRADES, "who_cns_grade": ("Grade I", "Grade II", "Grade III", "Grade IV"), "laterality": ("Left", "Right", "Bilateral", "Midline"),
    "ajcc_pathologic_t": _T, "ajcc_pathologic_n": _N, "ajcc_pathologic_m": _M, "ajcc_pathologic_stage": _STAGE,
    "ajcc_clinical_t": _T, "ajcc_clinical_n": _N, "ajcc_clinical_m": _M, "ajcc_clinical_stage": _STAGE, "figo_stage": (*_STAGE, "Stage IIIC1"), "figo_staging_edition_year": ("1988", "2009", "2018"),
    "tumor_focality": ("Unifocal", "Multifocal", "Unknown"), "lymphatic_invasion_present": _YES, "vascular_invasion_present": _YES, "perineural_invasion_present": _YES, "lymph_nodes_positive": ("0", "1", "3", "12"), "lymph_nodes_tested": ("8", "15", "22"),
    "tumor_largest_dimension_diameter": ("2.5", "4.1", "6.0"), "residual_disease": ("R0", "R1", "R2", "RX"), "prior_malignancy": _YES, "prior_treatment": _YES, "synchronous_malignancy": _YES, "progression_or_recurrence": _YES, "metastasis_at_diagnosis": ("Metastasis, NOS", "No Metastasis", "Regional Metastasis"),
    "treatment_type": ("Chemotherapy", "Radiation Therapy, NOS", "Surgery, NOS", "Hormone Therapy"), "therapeutic_agents": ("Cisplatin", "Paclitaxel", "Tamoxifen"), "treatment_or_therapy": _YES, "treatment_outcome": ("Complete Response", "Partial Response", "Stable Disease"), "days_to_treatment_start": _DAYS, "days_to_treatment_end": _DAYS,
    "bmi": ("22.4", "31.0", "27.8"), "height": ("160", "171", "182"), "weight": ("61", "74", "90"), "tobacco_smoking_status": ("1", "2", "3", "4", "Lifelong Non-Smoker"), "cigarettes_per_day": ("5", "10", "20"), "pack_years_smoked": ("8", "22", "40"), "years_smoked": ("10", "25"), "alcohol_history": _YES, "alcohol_intensity": ("Drinker", "Heavy Drinker", "Lifelong Non-Drinker"),
    "sample_type": ("Primary Tumor", "Blood Derived Normal", "Solid Tissue Normal", "Metastatic"), "tissue_type": ("Tumor", "Normal"), "preservation_method": ("FFPE", "Frozen", "OCT"), "initial_weight": ("120", "300"), "percent_tumor_nuclei": ("60", "75", "90"), "percent_necrosis": ("5", "10"), "biospecimen_anatomic_site": ("Colon", "Breast", "Kidney"), "tumor_code": ("01", "10"),
    "menopause_status": ("Premenopausal", "Postmenopausal", "Perimenopausal"), "pregnancy_count": ("0", "1", "3"), "comorbidity": ("Diabetes", "Hypertension", "Asthma"), "ecog_performance_status": ("0", "1", "2", "3"), "karnofsky_performance_status": ("70", "80", "100"), "molecular_test_result": ("Positive", "Negative", "Equivocal"), "gene_symbol": ("TP53", "KRAS", "EGFR", "BRCA1"), "mismatch_repair_mutation": _YES, "microsatellite_instability": _YES,
    "case_submitter_id": ("CASE-0001", "CASE-0101"), "sample_submitter_id": ("SMP-01", "SMP-07"), "project_id": ("P-A", "P-B"), "disease_type": ("Adenomas and Adenocarcinomas", "Gliomas"), "primary_site": ("Colon", "Breast", "Kidney", "Uterus, NOS"),
}  # fmt: skip
TRAINED = ("uterus",)
"""The weights have seen this one; the others are measured."""
Study = Sequence[tuple[str, str, Sequence[str]]]
STUDIES: Mapping[str, Study] = {
    "uterus": (
        ("Case_ID", "case_submitter_id", ("C3-0001", "C3-0187", "C3-0422")), ("Age", "age_at_index", ("64", "58", "71", "49")), ("Gender", "gender", ("Female",)),
        ("Race", "race", ("White", "Asian", "Black or African American", "Not Reported")), ("Ethnicity", "ethnicity", ("Not-Hispanic or Latino", "Hispanic or Latino")), ("Histologic_type", "primary_diagnosis", ("Endometrioid", "Serous", "Clear cell")),
        ("Histologic_Grade_FIGO", "tumor_grade", ("FIGO grade 1", "FIGO grade 2", "FIGO grade 3")), ("FIGO_stage", "figo_stage", ("IA", "IB", "II", "IIIC1")), ("Path_Stage_pT", "ajcc_pathologic_t", ("pT1a (FIGO IA)", "pT1b (FIGO IB)", "pT2 (FIGO II)")),
        ("Path_Stage_pN", "ajcc_pathologic_n", ("pN0", "pN1 (FIGO IIIC1)", "pNX")), ("Clin_Stage_M", "ajcc_clinical_m", ("cM0", "cM1")), ("Tumor_Stage_Pathologic", "ajcc_pathologic_stage", ("Stage I", "Stage II", "Stage IV")),
        ("Tumor_Focality", "tumor_focality", ("Unifocal", "Multifocal")), ("Tumor_Size_cm", "tumor_largest_dimension_diameter", ("2.9", "3.5", "5.0")), ("BMI", "bmi", ("38.9", "28.1", "34.0")), ("Diabetes_Flag", "comorbidity", ("Yes", "No")),
        ("Tumor_Site", "tissue_or_organ_of_origin", ("Anterior endometrium", "Posterior endometrium")), ("Tumor_Necrosis_pct", "percent_necrosis", ("0", "5", "15")), ("Proteomics_Plex", "", ("1", "2")),
    ),
    "breast": (
        ("Sample.ID", "sample_submitter_id", ("X01BR001", "X03BR008")), ("Sex", "gender", ("female", "male")), ("AgeInMonths", "age_at_diagnosis", ("660", "710", "802")), ("Race.Ethnic", "race", ("white", "asian", "black")),
        ("Menopausal", "menopause_status", ("pre-menopausal", "post-menopausal")), ("TumorGrade", "tumor_grade", ("G1", "G2", "G3")), ("pStage", "ajcc_pathologic_stage", ("Stage IA", "Stage IIB", "Stage III")), ("pT", "ajcc_pathologic_t", ("T1", "T2", "T3")),
        ("pN", "ajcc_pathologic_n", ("N0", "N1", "N2")), ("pM", "ajcc_pathologic_m", ("M0", "MX")), ("Side", "laterality", ("left", "right")), ("VitalStatus", "vital_status", ("Living", "Deceased")), ("OS_days", "days_to_death", ("420", "1888")),
        ("DaysLastFollowUp", "days_to_last_follow_up", ("300", "1500", "2200")), ("Recurrence", "progression_or_recurrence", ("yes", "no")), ("Drug", "therapeutic_agents", ("tamoxifen", "paclitaxel")), ("LN_positive", "lymph_nodes_positive", ("0", "2", "5")),
        ("LN_examined", "lymph_nodes_tested", ("10", "18")), ("Histology", "primary_diagnosis", ("Infiltrating ductal carcinoma", "Lobular carcinoma")), ("PAM50", "", ("LumA", "Her2")), ("YearDx", "year_of_diagnosis", ("2010", "2013")),
    ),
    "brain": (
        ("participant_id", "case_submitter_id", ("C3L-1", "C3N-2")), ("dx_age_days", "age_at_diagnosis", ("20100", "24500")), ("patient_sex", "gender", ("Male", "Female")), ("ethnic_group", "ethnicity", ("not hispanic or latino", "hispanic or latino")),
        ("tumor_site", "tissue_or_organ_of_origin", ("Frontal lobe", "Temporal lobe")), ("who_grade", "who_cns_grade", ("IV", "III")), ("ht_cm", "height", ("165", "180")), ("wt_kg", "weight", ("70", "82")), ("smoking_history", "tobacco_smoking_status", ("Lifelong non-smoker", "Current smoker")),
        ("num_cig_per_day", "cigarettes_per_day", ("10", "15")), ("smoke_yrs", "years_smoked", ("12", "30")), ("alcohol_use", "alcohol_history", ("Yes", "No")), ("kps", "karnofsky_performance_status", ("60", "90")), ("chemo_given", "treatment_type", ("Chemotherapy", "none")),
        ("death_days", "days_to_death", ("210", "460")), ("death_cause", "cause_of_death", ("cancer", "other")), ("residence_country", "country_of_residence_at_enrollment", ("China", "Poland")), ("msi_status", "microsatellite_instability", ("MSI-H", "MSS")),
        ("tissue_preservation", "preservation_method", ("frozen", "ffpe")), ("prior_cancer", "prior_malignancy", ("yes", "no")), ("residual_tumor", "residual_disease", ("R0", "R2")),
    ),
}  # fmt: skip


def clinical(seed: int, rows: int = 24) -> Iterator[Labelled]:
    for name, lines in STUDIES.items():
        chance = random.Random(f"{name}/{seed}")
        a = {one: [chance.choice(some) for _ in range(rows)] for one, _, some in lines}
        b = {one: [some[n % len(some)] for n in range(rows)] for one, some in DICTIONARY.items()}
        truth = {(one, other) for one, other, _ in lines if other}
        yield labelled(f"clinical {name}", a, b, truth, (name, "dictionary"))
