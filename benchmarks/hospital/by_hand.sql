-- HLH-2004 on a hospital in OMOP CDM 5.4, as an expert would write it by hand for DuckDB and for this hospital:
-- concepts, units and limits stand in the text. What every step means is said in docs/screening.md.
-- In: the variables `hospital` (a folder of Parquet files) and `verdicts` (the Parquet file to write).
-- Out: a row for each stay, admitted 2009-01-01 to 2022-01-01, with at least four of the eight criteria together.
--
-- Fever and cytopenias are in every chart; four criteria need two of the six that are seldom looked for. So pass 1
-- reads two narrow columns and finds who was looked at for two of those; pass 2 reads the wide ones, once, for them.

-- ---- Pass 1: who may have four criteria ----

create temp table likely as
select person_id
from (
    select person_id, case measurement_concept_id
        when 3001122 then 1                     -- ferritin
        when 3022192 then 2 when 3016407 then 2 -- triglycerides or fibrinogen
        when 2000000001 then 4                  -- soluble cd25
        else 8                                  -- nk activity
    end as looked
    from read_parquet(getvariable('hospital') || '/measurement.parquet')
    where measurement_concept_id in (3001122, 3022192, 3016407, 2000000001, 2000000002)
    union all
    select person_id, 16 from read_parquet(getvariable('hospital') || '/condition_occurrence.parquet')
    where condition_concept_id in (200527, 4064314) -- splenomegaly
    union all
    select person_id, 32 from read_parquet(getvariable('hospital') || '/observation.parquet')
    where observation_concept_id = 2000000010 -- hemophagocytosis
)
group by person_id
having bit_count(bit_or(looked)) >= 2;

-- ---- Their stays: visits that begin at most a day after the latest end so far ----

create temp table stays as
with visits as (
    select person_id, visit_occurrence_id as visit, visit_start_date as start,
        coalesce(visit_end_date, visit_start_date) as "end"
    from read_parquet(getvariable('hospital') || '/visit_occurrence.parquet')
    where visit_concept_id in (9201, 262, 8717)
        and (visit_end_date is null or visit_end_date >= visit_start_date)
        and person_id in (from likely)
),
breaks as (
    select *, coalesce(start > 1 + max("end") over (
        partition by person_id order by start, "end", visit rows between unbounded preceding and 1 preceding
    ), true) as is_new
    from visits
),
islands as (
    select *, count(*) filter (is_new) over (
        partition by person_id order by start, "end", visit rows unbounded preceding
    ) as island
    from breaks
)
select person_id, arg_min(visit, (start, "end", visit)) as stay, min(start) as start, max("end") as "end"
from islands
group by person_id, island
having min(start) between date '2009-01-01' and date '2022-01-01';

-- ---- Pass 2: every reading of theirs. truth: 2 met, 1 undecidable, 0 not met ----

-- A test in each unit: 1 is "at least", 2 "below", 3 "at most"; and the plausible range.
create temp table rule (concept bigint, unit bigint, test tinyint, kind tinyint, edge double, low double, high double);
insert into rule values
    (3020891, 586323, 0, 1, 38.5, 25, 45), (3020891, 9289, 0, 1, 101.3, 77, 113),
    (3006322, 586323, 0, 1, 38.5, 25, 45), (3006322, 9289, 0, 1, 101.3, 77, 113),
    (3000963, 8713, 1, 2, 9, 1, 26), (3000963, 8636, 1, 2, 90, 10, 260),
    (3024929, 9444, 2, 2, 100, 0, 5000), (3024929, 8848, 2, 2, 100, 0, 5000),
    (3024929, 8784, 2, 2, 100000, 0, 5000000),
    (3013650, 9444, 3, 2, 1, 0, 300), (3013650, 8848, 3, 2, 1, 0, 300), (3013650, 8784, 3, 2, 1000, 0, 300000),
    (3022192, 8840, 4, 1, 265, 5, 20000), (3022192, 8753, 4, 1, 3, 0.0564525234, 225.810094),
    (3016407, 8636, 5, 3, 1.5, 0, 20), (3016407, 8840, 5, 3, 150, 0, 2000),
    (3001122, 8842, 6, 1, 500, 1, 1000000), (3001122, 8748, 6, 1, 500, 1, 1000000),
    (2000000001, 8763, 7, 1, 2400, 1, 1000000), -- in pg/mL: no rule, and so set aside
    -- Leukocytes and the share of neutrophils, of which the product is a reading: the edge is the factor.
    (3000905, 9444, 20, 0, 1, 0, 1000), (3000905, 8848, 20, 0, 1, 0, 1000), (3000905, 8784, 20, 0, 0.001, 0, 1000000),
    (3008342, 8554, 21, 0, 0.01, 0, 100);

create temp table samples as
with numbers as (
    select person_id, measurement_id as id, measurement_concept_id as concept, measurement_date as day,
        measurement_datetime as moment, greatest(day, coalesce(result_datetime::date, day)) as known, range_low,
        case when isfinite(value_as_number) then value_as_number
            else try_cast(replace(regexp_extract(value_source_value,
                '^\s*(?:<=|>=|[<>≤≥])?\s*([-+]?(?:[1-9][0-9]{0,2}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?)\s*$',
                1), ',', '') as double)
        end as value,
        case operator_concept_id when 4172704 then '>' when 4171756 then '<' when 4171755 then '>=' when 4171754 then '<='
            else case when value_source_value is null then ''
                else replace(replace(regexp_extract(value_source_value, '^\s*(<=|>=|[<>≤≥])', 1), '≤', '<='), '≥', '>=') end
        end as sign,
        -- A unit by its concept; else by its spelling; 0 is none, -1 is not understood.
        case unit_concept_id
            when 8653 then 586323
            when 586323 then 586323 when 9289 then 9289 when 8713 then 8713 when 8636 then 8636 when 8848 then 8848
            when 9444 then 9444 when 8784 then 8784 when 8840 then 8840 when 8753 then 8753 when 8842 then 8842
            when 8748 then 8748 when 8763 then 8763 when 8845 then 8845 when 8554 then 8554
            else case lower(trim(coalesce(unit_source_value, '')))
                when '' then case when coalesce(unit_concept_id, 0) = 0 then 0 else -1 end
                when 'ng/ml' then 8842 when 'ug/l' then 8748 when 'mcg/l' then 8748
                when 'deg. f' then 9289 when 'f' then 9289 when 'degf' then 9289
                when 'c' then 586323 when '°c' then 586323 when 'cel' then 586323
                when 'g/dl' then 8713 when 'gm/dl' then 8713 when 'g/l' then 8636
                when 'k/ul' then 8848 when '10*3/ul' then 8848 when 'x10e3/ul' then 8848
                when '10*9/l' then 9444 when '10^9/l' then 9444 when '/ul' then 8784 when 'cells/ul' then 8784
                when 'mg/dl' then 8840 when 'mmol/l' then 8753 when 'u/ml' then 8763 when '%' then 8554
                else -1 end
        end as unit
    from read_parquet(getvariable('hospital') || '/measurement.parquet')
    where person_id in (from likely)
        and measurement_concept_id in (
            3020891, 3006322, 3000963, 3024929, 3013650, 3008342, 3000905, 3022192, 3016407, 3001122,
            2000000001, 2000000002)
),
told as (
    -- A temperature without a unit is told by its value.
    select * replace (case when unit = 0 and concept in (3020891, 3006322)
        then case when value between 25 and 45 then 586323 when value between 77 and 113 then 9289 else 0 end
        else unit end as unit)
    from numbers
    where value is not null
)
select person_id, id, day, moment, known, test, value * edge as amount,
    case
        when kind = 0 then case when sign = '' then 2 end -- one of two: a plain number in its unit
        when kind = 1 then case
            when value >= edge and sign not in ('<', '<=') then 2
            when value < edge and sign not in ('>', '>=') or (value = edge and sign = '<') then 0 else 1 end
        when kind = 2 then case
            when value < edge and sign not in ('>', '>=') or (value = edge and sign = '<') then 2
            when value >= edge and sign not in ('<', '<=') then 0 else 1 end
        when kind = 3 then case
            when value <= edge and sign not in ('>', '>=') then 2
            when value > edge and sign not in ('<', '<=') or (value = edge and sign = '>') then 0 else 1 end
    end::tinyint as truth
from told join rule using (concept, unit)
where case when sign in ('<', '<=') then value > 0 else value between low and high end
union all
-- NK activity by the laboratory's own limit: "low" below it, "normal" from there on, whatever the unit.
select person_id, id, day, moment, known, 8, null, case when value < range_low then 2 else 0 end
from told
where concept = 2000000002 and range_low is not null and not isnan(range_low);

-- Every reading: who, which test, when, known when, and from which row. Tables in their order: 0 condition,
-- 1 measurement, 2 observation.
create temp table readings as
select person_id, test, day, known, 1::tinyint as source, id, truth
from samples
where test < 20
union all
-- Neutrophils from leukocytes and their share, at one moment; of several the smallest row id.
select person_id, 3, share.day, greatest(share.known, white.known), 1, share.id,
    case when white.amount * share.amount < 1.0 then 2 else 0 end
from (
    select person_id, coalesce(moment, day::timestamp) as moment, arg_min(amount, id) as amount,
        arg_min(known, id) as known
    from samples where test = 20 and truth = 2 group by all
) as white
join (
    select person_id, coalesce(moment, day::timestamp) as moment, arg_min(amount, id) as amount,
        arg_min(known, id) as known, any_value(day) as day, min(id) as id
    from samples where test = 21 and truth = 2 group by all
) as share using (person_id, moment)
where white.amount * share.amount between 0 and 300
union all
select person_id, 9, condition_start_date, condition_start_date, 0, condition_occurrence_id, 2
from read_parquet(getvariable('hospital') || '/condition_occurrence.parquet')
where condition_concept_id in (200527, 4064314)
    and person_id in (from likely)
union all
select person_id, 10, day, day, 2, id, case
    when said in ('present', 'yes', 'seen', 'found', 'positive', 'enlarged', 'true') then 2
    when said in ('absent', 'no', 'none', 'not seen', 'not found', 'negative', 'not enlarged', 'normal', 'false') then 0
    end as truth
from (
    select person_id, observation_id as id, observation_date as day,
        lower(trim(coalesce(value_as_string, concept_name, value_source_value, 'present'))) as said
    from read_parquet(getvariable('hospital') || '/observation.parquet') as observation
    left join read_parquet(getvariable('hospital') || '/concept.parquet') as concept
        on concept_id = value_as_concept_id and value_as_concept_id <> 0
    where observation_concept_id = 2000000010
        and person_id in (from likely)
)
where truth is not null;

-- ---- Windows, for the stays that ever meet four ----

-- Met bits: 0 fever; 1 to 3 hemoglobin, platelets, neutrophils; 4 and 5 triglycerides, fibrinogen; 6 ferritin;
-- 7 soluble cd25, 8 nk activity, 9 splenomegaly, 10 hemophagocytosis, which stand for 14 days and not for 7.
create temp macro lower_of(met) as
    (met & 1) + (bit_count(met & 14) >= 2)::int + (met & 48 > 0)::int + bit_count(met & 1984);
create temp macro upper_of(denied) as
    8 - (denied & 1) - (bit_count(denied & 14) >= 2)::int - (denied & 48 = 48)::int - bit_count(denied & 1984);

create temp macro state(met, denied, test) as
    case when met >> test & 1 = 1 then 'met' when denied >> test & 1 = 1 then 'not met' else 'unknown' end;
create temp macro origin(source) as
    case source when 0 then 'condition_occurrence' when 1 then 'measurement' when 2 then 'observation' end;

create temp table near as
select stays.*
from stays join (
    select stay
    from readings join stays on readings.person_id = stays.person_id and day between start and "end"
    where truth = 2
    group by stay
    having lower_of(bit_or(1::int << test)) >= 4
) using (stay);

create temp table evidence as
select stay, day, (day - date '2000-01-01')::int as n, test, truth, source, id, known
from readings join near on readings.person_id = near.person_id and day between start and "end";

-- Days without evidence need not be asked: what stands together on one stood together on the last day with some.
create temp table anchors as
with days as (
    select stay, day, n,
        bit_or(case when truth = 2 then 1::int << test else 0 end) as met,
        bit_or(case when truth = 1 then 1::int << test else 0 end) as undecided,
        bit_or(case when truth = 0 then 1::int << test else 0 end) as denied
    from evidence
    group by all
),
standing as (
    select stay, day, n,
        bit_or(met & 127) over week | bit_or(met & 1920) over fortnight as met,
        bit_or(undecided & 127) over week | bit_or(undecided & 1920) over fortnight as undecided,
        bit_or(denied & 127) over week | bit_or(denied & 1920) over fortnight as denied
    from days
    window week as (partition by stay order by n range between 6 preceding and current row),
        fortnight as (partition by stay order by n range between 13 preceding and current row)
)
select stay, day as anchor, n, lower_of(met)::tinyint as lower,
    upper_of(denied & ~met & ~undecided)::tinyint as upper,
    met, (denied & ~met & ~undecided) as denied
from standing
where lower_of(met) >= 4
-- The first day of five, which is also the first day of the greatest where five is never reached.
qualify row_number() over (partition by stay order by least(lower_of(met), 5) desc, n) = 1;

-- ---- Known: the first day on which what was known of some window reached five ----

create temp table known as
with days as (
    select stay, n, min(known) filter (test = 0) as k0, min(known) filter (test = 1) as k1, min(known) filter (test = 2) as k2, min(known) filter (test = 3) as k3, min(known) filter (test = 4) as k4, min(known) filter (test = 5) as k5, min(known) filter (test = 6) as k6, min(known) filter (test = 7) as k7, min(known) filter (test = 8) as k8, min(known) filter (test = 9) as k9, min(known) filter (test = 10) as k10
    from evidence
    where truth = 2 and stay in (select stay from anchors where lower >= 5)
    group by all
),
standing as (
    select stay, min(k0) over week as k0, min(k1) over week as k1, min(k2) over week as k2, min(k3) over week as k3, min(k4) over week as k4, min(k5) over week as k5, min(k6) over week as k6, min(k7) over fortnight as k7, min(k8) over fortnight as k8, min(k9) over fortnight as k9, min(k10) over fortnight as k10
    from days
    window week as (partition by stay order by n range between 6 preceding and current row),
        fortnight as (partition by stay order by n range between 13 preceding and current row)
)
-- Two of three lineages; one of two; five of eight. Not known comes last.
select stay, min(list_sort([
    k0, list_sort([k1, k2, k3], 'asc', 'nulls last')[2], least(k4, k5), k6, k7, k8, k9, k10
], 'asc', 'nulls last')[5]) as known
from standing
group by stay;

-- ---- Because: of what stood together on the anchor, the best truth, first day, smallest table and row ----

copy (
    with because as (
        select stay, test, source, id
        from evidence join anchors using (stay)
        where evidence.n between anchors.n - (case when test >= 7 then 13 else 6 end) and anchors.n
            and truth = case when met >> test & 1 = 1 then 2 when anchors.denied >> test & 1 = 1 then 0 end
        qualify row_number() over (partition by stay, test order by day, source, id) = 1
    ),
    rows as (
        select stay, any_value(source) filter (test = 0) as source0, any_value(id) filter (test = 0) as id0,
        any_value(source) filter (test = 1) as source1, any_value(id) filter (test = 1) as id1,
        any_value(source) filter (test = 2) as source2, any_value(id) filter (test = 2) as id2,
        any_value(source) filter (test = 3) as source3, any_value(id) filter (test = 3) as id3,
        any_value(source) filter (test = 4) as source4, any_value(id) filter (test = 4) as id4,
        any_value(source) filter (test = 5) as source5, any_value(id) filter (test = 5) as id5,
        any_value(source) filter (test = 6) as source6, any_value(id) filter (test = 6) as id6,
        any_value(source) filter (test = 7) as source7, any_value(id) filter (test = 7) as id7,
        any_value(source) filter (test = 8) as source8, any_value(id) filter (test = 8) as id8,
        any_value(source) filter (test = 9) as source9, any_value(id) filter (test = 9) as id9,
        any_value(source) filter (test = 10) as source10, any_value(id) filter (test = 10) as id10
        from because
        group by stay
    )
    select person_id, stay, start, "end", lower, upper, anchor, known, 
        state(met, denied, 0) as body_temperature, origin(source0) as body_temperature_table, id0 as body_temperature_id,
        state(met, denied, 1) as hemoglobin, origin(source1) as hemoglobin_table, id1 as hemoglobin_id,
        state(met, denied, 2) as platelets, origin(source2) as platelets_table, id2 as platelets_id,
        state(met, denied, 3) as neutrophils, origin(source3) as neutrophils_table, id3 as neutrophils_id,
        state(met, denied, 4) as triglycerides, origin(source4) as triglycerides_table, id4 as triglycerides_id,
        state(met, denied, 5) as fibrinogen, origin(source5) as fibrinogen_table, id5 as fibrinogen_id,
        state(met, denied, 6) as ferritin, origin(source6) as ferritin_table, id6 as ferritin_id,
        state(met, denied, 7) as soluble_cd25, origin(source7) as soluble_cd25_table, id7 as soluble_cd25_id,
        state(met, denied, 8) as nk_activity, origin(source8) as nk_activity_table, id8 as nk_activity_id,
        state(met, denied, 9) as splenomegaly, origin(source9) as splenomegaly_table, id9 as splenomegaly_id,
        state(met, denied, 10) as hemophagocytosis, origin(source10) as hemophagocytosis_table, id10 as hemophagocytosis_id
    from near join anchors using (stay) left join known using (stay) left join rows using (stay)
    order by person_id, start
) to (getvariable('verdicts')) (format parquet);
