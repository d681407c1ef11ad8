# The founding series: facts of Naymagon, Int J Hematol 2022, Tables 1 and 2, typed from the print.
founding <- data.frame(
  patient = 1:16,
  age = c(65, 70, 25, 32, 27, 82, 39, 62, 42, 61, 64, 34, 32, 19, 56, 24),
  ferritin = c(109988, 4338, 131063, 11897, 79812, 39812, 133511, 10287, 144361, 4054, 36291, 28911, 65981,
               1458, 88905, 9346),
  months = c(0.3, 1.5, 1.8, 57, 0.2, 0.2, 0.3, 0.3, 1.8, 2.1, 0.5, 29, 59, 1.3, 4, 49),
  died = c(1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 0, 0),
  # The response as printed, in percent; "None" is 0.
  printed = c(30, 0, 96, 79, 20, 0, 71, 0, 87, 22, 23, 99, 99, 53, 88, 72),
  malignancy = c(1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0),
  bacterial = c(1, 1, 0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0),
  viral = c(0, 1, 0, 0, 1, 1, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0),
  rheumatologic = c(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 0),
  unknown = c(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)
)

# Ferritin on days 1, 5, 10, 15 ... 50; NA where nothing is printed.
days <- c(1, seq(5, 50, by = 5))
courses <- list(
  c(109988, 76905),
  c(4338, 5198, 9011, 10524, 11071, 9452, 15420, 66470, 69055),
  c(131063, 91139, 22450, 12909, 6337, 10281, 8367, 9372, 5628, 9337, 19069),
  c(11897, 3771, 3322, 2532),
  c(79812, 64007),
  c(39812, 53100),
  c(133511, 79803, 39206),
  c(10287, 291504),
  c(144361, 75034, 79258, 57126, 18072, 28319, 33511, 58730),
  c(4054, 4604, 4706, 3167, 6245, 5121, 10463, 4395, 8216, 16821, 10367),
  c(36291, 67904, 37206, 28099),
  c(28911, 19006, 4103, 983),
  c(65981, 49106, 35401, 27153, 14305, 10475, NA, 10389, 12720),
  c(1458, 1385, 1069, 797, 688, 1222, 1284, 1965, 1132),
  c(88905, 49508, 24428, 13883, 10475, 10389),
  c(9346, 7570, 6606, 5606, 4879, 3990, 3395, 3134, 2534, 2691, 2595)
)
founding$fall <- sapply(courses, function(course) max(0, (course[1] - min(course[-1], na.rm = TRUE)) / course[1]))

survived <- founding$died == 0
rheumatologic <- founding$rheumatologic == 1

# Writes the answers, a line each, with the script, R and the packages that gave them. Numbers have 15
# significant digits, the most that jsonlite writes.
keep <- function(script, cases, packages = character()) {
  json <- function(value) jsonlite::toJSON(value, digits = I(15), na = "null", null = "null")
  made <- list(
    script = jsonlite::unbox(script), R = jsonlite::unbox(R.version.string),
    packages = lapply(setNames(packages, packages), function(name) jsonlite::unbox(as.character(packageVersion(name))))
  )
  lines <- sprintf('"%s": %s', names(cases), vapply(cases, function(case) as.character(json(case)), ""))
  text <- sprintf('{"made": %s,\n"cases": {\n%s\n}}', json(made), paste(lines, collapse = ",\n"))
  writeLines(text, sub("[.]R$", ".json", script))
}
